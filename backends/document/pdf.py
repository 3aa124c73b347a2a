"""A table as printed pages (PDF): A4 across, headings on each page, pages numbered."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from backends.document.fonts import FOLDERS, needed

if TYPE_CHECKING:
    from fpdf import FPDF

Cell = str | int | float | None

#: Rows that are printed; nobody reads more on paper.
MOST_ROWS = 2_000
LONGEST_CELL = 400
_SIZE, _LINE, _PAD = 8, 4.0, 1.0  # points, mm, mm
_MARGIN, _BOTTOM = 12.0, 14.0
#: Widths are shared by the longest text of so many rows.
_LOOK = 200


def pdf(
    headings: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    title: str,
    note: str = "",
    folders: Sequence[Path] = FOLDERS,
) -> bytes:
    """The file; `note` stands below the title. Raises `fonts.NoFont`."""
    from fpdf import FPDF

    texts = [[_text(cell) for cell in row] for row in rows[:MOST_ROWS]]
    heads = [_text(heading.replace("_", " ")) for heading in headings]
    used = {char for row in (*texts, heads, (_text(title), _text(note))) for text in row for char in text}

    class Pages(FPDF):
        def header(self) -> None:
            if self.page_no() == 1:
                _head(self, _text(title), _text(note))
            _row(self, heads, widths, shade=True)

        def footer(self) -> None:
            self.set_y(-_BOTTOM + 3)
            self.cell(0, _LINE, f"{self.page_no()} / {{nb}}", align="R")

    made = Pages(orientation="landscape", format="A4")
    made.set_margin(_MARGIN)
    made.set_auto_page_break(True, _BOTTOM)
    made.set_title(title)
    _use_fonts(made, used, folders)
    widths = _widths(made, heads, texts)
    made.add_page()
    for row in texts:
        _row(made, row, widths)
    if not texts:
        made.cell(0, 2 * _LINE, "0 rows")
    return bytes(made.output())


def _use_fonts(made: FPDF, used: set[str], folders: Sequence[Path]) -> None:
    names = []
    for path in needed(used, folders):
        made.add_font(path.stem, fname=path)
        names.append(path.stem)
    made.set_font(names[0], size=_SIZE)
    made.set_fallback_fonts(names[1:], exact_match=False)
    # Letters that change with their neighbours, and lines from right to left, cost time: only where they are.
    if any(unicodedata.bidirectional(char) in ("R", "AL") or "\u0900" <= char <= "\u109f" for char in used):
        made.set_text_shaping(True)


def _head(made: FPDF, title: str, note: str) -> None:
    made.set_font_size(14)
    made.multi_cell(0, 7, title, new_x="LMARGIN", new_y="NEXT")
    made.set_font_size(_SIZE)
    if note:
        made.multi_cell(0, _LINE, note, new_x="LMARGIN", new_y="NEXT")
    made.ln(2)


def _row(made: FPDF, texts: Sequence[str], widths: Sequence[float], shade: bool = False) -> None:
    """One row; a text that is wider than its column goes on in further lines."""
    cells = [_lines(made, text, width) for text, width in zip(texts, widths, strict=True)]
    height = max((len(cell) for cell in cells), default=1) * _LINE + _PAD
    if made.y + height > made.h - _BOTTOM and not shade:
        made.add_page()
    top = made.y
    if shade:
        made.set_fill_color(230)
        made.rect(made.l_margin, top, sum(widths), height, style="F")
    for number, cell in enumerate(cells):
        for line, text in enumerate(cell):
            made.set_xy(made.l_margin + sum(widths[:number]), top + _PAD / 2 + line * _LINE)
            made.cell(widths[number], _LINE, text)
    made.set_draw_color(190)
    made.line(made.l_margin, top + height, made.l_margin + sum(widths), top + height)
    made.set_xy(made.l_margin, top + height)


def _lines(made: FPDF, text: str, width: float) -> list[str]:
    from fpdf.enums import MethodReturnValue

    if made.get_string_width(text) <= width - 2 * made.c_margin:
        return [text]
    found = made.multi_cell(width, _LINE, text, dry_run=True, output=MethodReturnValue.LINES)
    return [str(line) for line in found] if isinstance(found, list) else [text]


def _widths(made: FPDF, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[float]:
    """The width of the page shared by what the columns hold; a short one gets all that it needs."""
    wanted = [
        max(made.get_string_width(text) for text in column) + 2 * made.c_margin + 1
        for column in zip(heads, *rows[:_LOOK], strict=True)
    ]
    left, widths = made.epw, [0.0] * len(wanted)
    for done, column in enumerate(sorted(range(len(wanted)), key=wanted.__getitem__)):
        widths[column] = min(wanted[column], left / (len(wanted) - done))
        left -= widths[column]
    return widths


def _text(cell: Cell) -> str:
    """One printable line."""
    plain = "".join(char if char.isprintable() else " " for char in str("" if cell is None else cell))
    return plain if len(plain) <= LONGEST_CELL else f"{plain[: LONGEST_CELL - 1]}…"
