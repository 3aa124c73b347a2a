"""The table of a report as a file of any format, within a bound of bytes."""

from __future__ import annotations

from dataclasses import replace

from backends.document.fonts import NoFont
from backends.document.pdf import MOST_ROWS, pdf
from backends.document.xlsx import xlsx
from domain.report.query import ReportProblem
from domain.report.table import Table
from domain.report.written import FORMATS, Written, written


def file_of(table: Table, form: str, title: str, note: str, most_bytes: int) -> Written:
    """The file (``csv``, ``html``, ``xlsx``, ``pdf``); rows beyond `most_bytes` are left out, which it says.

    `note` stands below the title of a printed one. Raises ReportProblem.
    """
    if form in FORMATS:
        return written(table, form, title, most_bytes)
    if form == "pdf" and len(table.rows) > MOST_ROWS:
        limit = f"only the first {MOST_ROWS} rows are here: nobody prints more; CSV and XLSX have them all"
        table = replace(table, rows=table.rows[:MOST_ROWS], limit=limit)
    while True:
        content = _content(table, form, title, note)
        if len(content) <= most_bytes:
            return Written(content, len(table.rows), table.limit)
        rows = int(len(table.rows) * 0.8 * most_bytes / len(content))
        limit = f"only the first {rows} rows are here: {most_bytes} bytes are the limit of a report"
        table = replace(table, rows=table.rows[:rows], limit=limit)


def _content(table: Table, form: str, title: str, note: str) -> bytes:
    if form == "xlsx":
        return xlsx(table.headings, table.rows, title)
    if form != "pdf":
        raise ReportProblem(f"format: expected {', '.join(FORMATS)}, xlsx or pdf, got {form!r}")
    try:
        return pdf(table.headings, table.rows, title, "; ".join(filter(None, (note, table.limit))))
    except NoFont as error:
        raise ReportProblem(str(error)) from None
