"""A table as CSV or as an HTML page, within a bound of bytes."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

from domain.report.query import ReportProblem
from domain.report.table import Cell, Table

Format = Literal["csv", "html"]
FORMATS: tuple[Format, ...] = ("csv", "html")
MEDIA_TYPES = {
    "csv": "text/csv",
    "html": "text/html",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}

#: A cell that begins so is a formula to a spreadsheet (OWASP, CSV injection); also in full width.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")

#: Bytes that are kept for the end of a page.
_FOOT = 300

_STYLE = (
    "body{font:14px sans-serif}table{border-collapse:collapse}"
    "th,td{border:1px solid #bbb;padding:2px 8px;text-align:left;white-space:pre-wrap}"
)


@dataclass(frozen=True)
class Written:
    """A file's `content`, how many `rows` it has, and the sentence on what was left out, or ""."""

    content: bytes
    rows: int
    limit: str


def written(table: Table, form: str, title: str, most_bytes: int) -> Written:
    """The file of a table; rows beyond `most_bytes` are left out. Raises ReportProblem: no such format."""
    if form == "csv":
        return _within(table, csv_line(table.headings), csv_line, lambda rows, limit: "", most_bytes)
    if form == "html":
        return _within(table, _html_head(table, title), _html_line, _html_foot, most_bytes)
    raise ReportProblem(f"format: expected {' or '.join(FORMATS)}, got {form!r}")


def _within(
    table: Table,
    head: str,
    line: Callable[[Sequence[Cell]], str],
    foot: Callable[[int, str], str],
    most_bytes: int,
) -> Written:
    parts = [head.encode()]
    size, rows = len(parts[0]) + _FOOT, 0
    limit = table.limit
    for part in (line(row).encode("utf-8", "replace") for row in table.rows):
        size += len(part)
        if size > most_bytes:
            limit = f"only the first {rows} rows are here: {most_bytes} bytes are the limit of a report"
            break
        parts.append(part)
        rows += 1
    return Written(b"".join([*parts, foot(rows, limit).encode()]), rows, limit)


def csv_line(cells: Sequence[Cell]) -> str:
    """One line of CSV, with its end; no cell of it is a formula to a spreadsheet."""
    text = io.StringIO()
    csv.writer(text).writerow([_harmless(cell) for cell in cells])
    return text.getvalue()


def _harmless(cell: Cell) -> Cell:
    """The cell as text that no spreadsheet takes for a formula; numbers are what they are."""
    if not isinstance(cell, str):
        return cell
    plain = "".join(_plain(cell))
    return f"'{plain}" if _is_formula(plain.lstrip("'")) else plain


def unharmed(cell: str) -> str:
    """The cell as it was before `csv_line` made it harmless."""
    return cell[1:] if cell[:1] == "'" and _is_formula(cell.lstrip("'")) else cell


def _is_formula(text: str) -> bool:
    return text.startswith(_FORMULA) or text.lstrip().startswith(_FORMULA)


def _plain(text: str) -> Iterator[str]:
    for char in text:
        yield char if char.isprintable() or char in "\t\r\n" else "\ufffd"


def _html_head(table: Table, name: str) -> str:
    title = escape("".join(_plain(name)))
    headings = "".join(f"<th>{escape(_heading(each))}</th>" for each in table.headings)
    return (
        f'<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>{title}</title>\n'
        f"<style>{_STYLE}</style>\n<h1>{title}</h1>\n"
        f"<table><tr>{headings}</tr>\n"
    )


def _html_line(cells: Sequence[Cell]) -> str:
    texts = ("" if cell is None else "".join(_plain(str(cell))) for cell in cells)
    return "<tr>" + "".join(f"<td>{escape(text)}</td>" for text in texts) + "</tr>\n"


def _html_foot(rows: int, limit: str) -> str:
    said = f"{rows} {'row' if rows == 1 else 'rows'}" + (f"; {limit}" if limit else "")
    return f"</table>\n<p>{escape(said)}</p>\n"


def _heading(name: str) -> str:
    return name.replace("_", " ")
