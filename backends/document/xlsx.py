"""A table as a spreadsheet (Office Open XML). Every text stays a text, whatever a formula looks like."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterable, Sequence

Cell = str | int | float | None

#: What the format takes: characters of a cell, and of a sheet's name.
LONGEST_CELL, LONGEST_NAME = 32_767, 31
#: Whole numbers beyond it lose digits there.
LARGEST = 2**53
_WIDEST = 60


def xlsx(headings: Sequence[str], rows: Iterable[Sequence[Cell]], title: str) -> bytes:
    """The file: one sheet named like `title`, its first row the headings, which stays in sight."""
    import xlsxwriter

    file = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    with xlsxwriter.Workbook(file, options) as book:
        sheet = book.add_worksheet(_sheet_name(title))
        bold = book.add_format({"bold": True})
        widths = [len(heading) for heading in headings]
        for column, heading in enumerate(headings):
            sheet.write_string(0, column, _text(heading), bold)
        for number, row in enumerate(rows, 1):
            for column, cell in enumerate(row):
                widths[column] = max(widths[column], len(str(cell or "")))
                if cell is None:
                    continue
                if isinstance(cell, str) or not math.isfinite(cell) or abs(cell) > LARGEST:
                    sheet.write_string(number, column, _text(str(cell)))
                else:
                    sheet.write_number(number, column, cell)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, min(width, _WIDEST) + 2)
        sheet.freeze_panes(1, 0)
    return file.getvalue()


def _text(text: str) -> str:
    plain = "".join(char if char.isprintable() or char in "\t\n" else "\ufffd" for char in text)
    return plain if len(plain) <= LONGEST_CELL else f"{plain[: LONGEST_CELL - 1]}…"


def _sheet_name(title: str) -> str:
    """Without the characters that a sheet's name may not have."""
    name = re.sub(r"[\[\]:*?/\\\x00-\x1f\ud800-\udfff]", " ", title).strip(" '")[:LONGEST_NAME].strip(" '")
    # Spreadsheets keep this name for themselves.
    return "Report" if not name or name.lower() == "history" else name
