"""Lines of comma separated values as columns (RFC 4180): a block at once if it is whole, else line by line.

In a block with a fault each line is read on its own, so that one bad line never takes its neighbours along:
a quote that stays open joins further lines only if the row that comes out is a right one.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from typing import NamedTuple

#: So many lines one row may go over, for a line break inside quotes.
_JOINED = 20


class Bad(NamedTuple):
    """A row that was not taken: its line in the file (the first is 1), why, and what it was."""

    line: int
    reason: str
    text: str


class Rows(NamedTuple):
    """`columns`: one for each of the expected ones; `lines`: the line of each row."""

    columns: list[Sequence[str]]
    lines: Sequence[int]
    bad: list[Bad]


def split(text: str, line: int, most: int, least: int | None = None, skip: str = "") -> Rows:
    """Rows of `least` to `most` columns (missing ones are empty), the first of them on line `line`.

    `skip`: a line that is no row wherever it stands (a header again). Empty lines are no rows.
    """
    text = text.replace("\r\n", "\n") if "\r" in text else text
    text = text.removesuffix("\n")
    if not text:
        return Rows([[] for _ in range(most)], [], [])
    if "\0" not in text and not (skip and skip in text):
        lines = text.split("\n")
        columns = _quoted(lines, most) if '"' in text else _plain(text, lines, most)
        if columns is not None:
            return Rows(columns, range(line, line + len(lines)), [])
    return _one_by_one(text, line, most, most if least is None else least, skip)


def _plain(text: str, lines: list[str], width: int) -> list[Sequence[str]] | None:
    if any(each.count(",") != width - 1 for each in lines):
        return None
    cells = text.replace("\n", ",").split(",")
    return [cells[at::width] for at in range(width)]


def _quoted(lines: list[str], width: int) -> list[Sequence[str]] | None:
    try:
        rows = list(csv.reader(lines))
    except csv.Error:
        return None
    if len(rows) != len(lines) or any(len(row) != width for row in rows):
        return None
    return list(zip(*rows, strict=True))


def _one_by_one(text: str, line: int, most: int, least: int, skip: str) -> Rows:
    rows, lines, bad = [], [], []
    for at, fields, record in _records(text.split("\n"), line, most, least):
        if not record or record == skip:
            continue
        if "\0" in record:
            bad.append(Bad(at, "it holds a NUL byte", record))
        elif fields is None:
            bad.append(Bad(at, "a quote in it is not closed", record))
        elif not least <= len(fields) <= most:
            wanted = f"{most}" if least == most else f"{least} to {most}"
            bad.append(Bad(at, f"it has {len(fields)} columns: expected {wanted}", record))
        else:
            rows.append(fields + [""] * (most - len(fields)))
            lines.append(at)
    columns: list[Sequence[str]] = list(zip(*rows, strict=True)) if rows else [[] for _ in range(most)]
    return Rows(columns, lines, bad)


def _records(
    lines: list[str], first: int, most: int, least: int
) -> Iterator[tuple[int, list[str] | None, str]]:
    at = 0
    while at < len(lines):
        taken, record = 1, lines[at]
        fields = fields_of(record)
        if fields is None:
            joined = record
            for more in range(1, min(_JOINED, len(lines) - at)):
                joined += "\n" + lines[at + more]
                if _is_right(fields_of(lines[at + more]), most, least):
                    break  # A row for itself: no value holds one.
                whole = fields_of(joined)
                if whole is not None and _is_right(whole, most, least):
                    taken, record, fields = more + 1, joined, whole
                    break
        yield first + at, fields, record
        at += taken


def _is_right(fields: list[str] | None, most: int, least: int) -> bool:
    return fields is not None and least <= len(fields) <= most


def fields_of(record: str) -> list[str] | None:
    """The fields of one row; None where a quote stays open or a field is longer than 128 kB."""
    if record.count('"') % 2:
        return None
    try:
        rows = list(csv.reader([record] if "\n" not in record else record.splitlines(keepends=True)))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None if rows else []
