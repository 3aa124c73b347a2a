"""A file of objects as CSV (RFC 4180): which columns it has, and its rows with the lines they stand on."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from config.problems import closest, did_you_mean
from domain.objects.field import ObjectField
from domain.objects.kind import Kind
from domain.report.written import unharmed

SEPARATORS = (",", ";", "\t")
#: A cell with more lines than this has lost its closing quote.
LONGEST_CELL = 100
MOST_ROWS = 250_000
QUOTES = "its quotes are not in order: a quoted cell ends with a quote, and a quote within it is doubled"


class BadFile(ValueError):
    """Nothing of the file can be read; the text says why and what to do."""


@dataclass(frozen=True)
class FileRow:
    """One row: the line that it begins on, and its cells by field. `problem`: it cannot be read, or ""."""

    line: int
    cells: dict[str, str]
    problem: str = ""


@dataclass(frozen=True)
class CsvFile:
    """A file: its columns, in order, and its lines below them."""

    columns: tuple[ObjectField, ...]
    separator: str
    lines: tuple[str, ...]
    begins: int

    def rows(self) -> Iterator[FileRow]:
        """All rows that are not empty."""
        at = 0
        while at < len(self.lines):
            cells, used = _record(self.lines, at, self.separator)
            line = self.begins + at
            at += used
            if cells is None:
                yield FileRow(line, {}, QUOTES)
            elif any(cell.strip() for cell in cells):
                yield self._row(line, cells)

    def _row(self, line: int, cells: list[str]) -> FileRow:
        wanted = len(self.columns)
        if len(cells) < wanted or any(cell.strip() for cell in cells[wanted:]):
            return FileRow(line, {}, f"it has {len(cells)} cells; the first row has {wanted}")
        named = zip(self.columns, cells, strict=False)
        return FileRow(line, {field.name: unharmed(cell) for field, cell in named})


def opened(kind: Kind, data: bytes) -> CsvFile:
    """The file of a kind: UTF-8, with comma, semicolon or tab; the first row names fields or their titles.

    Raises BadFile.
    """
    lines = list(io.StringIO(decoded(data), newline=""))
    first = next((n for n, line in enumerate(lines) if line.strip()), None)
    if first is None:
        raise BadFile("the file is empty: its first row names the fields")
    separator = max(SEPARATORS, key=lambda each: _outside_quotes(lines[first], each))
    heading, used = _record(lines, first, separator)
    if heading is None:
        raise BadFile(f"line {first + 1}: {QUOTES}")
    rest = lines[first + used :]
    if len(rest) > MOST_ROWS:
        raise BadFile(f"the file has more than {MOST_ROWS} lines: cut it into parts")
    return CsvFile(_columns(kind, heading), separator, tuple(rest), first + used + 1)


def decoded(data: bytes) -> str:
    """The text of a file in UTF-8, with or without a byte order mark. Raises BadFile."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in data[:200]:
        raise BadFile("the file is UTF-16 or no text: save it as CSV in UTF-8")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadFile(f"line {line} is not UTF-8: save the file as CSV in UTF-8") from None


def _columns(kind: Kind, heading: list[str]) -> tuple[ObjectField, ...]:
    known = {field.title.lower(): field for field in kind.fields} | kind.by_name
    found: list[ObjectField] = []
    while heading and not heading[-1].strip():
        heading = heading[:-1]
    for cell in heading:
        name = cell.strip().lower()
        field = known.get(name) or known.get(name.replace(" ", "_"))
        if field is None:
            near = did_you_mean(closest(name, known))
            raise BadFile(f"the column {cell.strip()[:60]!r} is no field of {kind.plural.lower()}{near}")
        if field in found:
            raise BadFile(f"the column {field.name} is there twice")
        found.append(field)
    for name in filter(None, (kind.key, kind.scope)):
        if kind.by_name[name] not in found:
            raise BadFile(f"the column {name} is missing: it says which object a row is about")
    return tuple(found)


def _record(lines: Sequence[str], at: int, separator: str) -> tuple[list[str] | None, int]:
    """The cells of the record that begins on a line, and how many lines it takes; None: it is broken."""
    used = 0

    def feed() -> Iterator[str]:
        nonlocal used
        for line in lines[at : at + LONGEST_CELL]:
            used += 1
            yield line

    try:
        return next(csv.reader(feed(), delimiter=separator, strict=True)), used
    except csv.Error:
        return None, 1


def _outside_quotes(line: str, separator: str) -> int:
    return sum(part.count(separator) for part in line.split('"')[::2])
