"""The calls of a day as one file: gzip around a line of JSON that says what it is, and CSV.

A number that is not there is an empty cell; bytes are in hex. The file appears under its name only when it
is complete and was read back.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from backends.file_copy import sha256, sync

#: What this release writes; it reads no other.
FORMAT = 1

#: Texts and bytes among the columns; all others are whole numbers.
TEXTS = frozenset(
    (
        "gateway",
        "session",
        "leg",
        "src",
        "dst",
        "host",
        "name",
        "pin",
        "tags",
        "rated_src",
        "rated_dst",
        "code",
    )
)
BYTES = frozenset(("key",))


class ArchiveError(Exception):
    """A file is no archive of calls that can be read; the text says which and why."""


@dataclass(frozen=True)
class Head:
    """The first line. `day`: since 1970, UTC."""

    day: int
    columns: tuple[str, ...]
    format: int = FORMAT


def write(part: Path, head: Head, rows: Iterable[Sequence[Any]]) -> int:
    """Write a whole archive to `part` and flush it to the disk; how many rows it has. Raises OSError."""
    count = 0
    packed_columns = [place for place, name in enumerate(head.columns) if name in BYTES]
    with (
        part.open("wb") as raw,
        gzip.GzipFile("", "wb", compresslevel=4, fileobj=raw, mtime=0) as packed,
        io.TextIOWrapper(packed, "utf-8", newline="") as text,
    ):
        text.write(json.dumps(asdict(head)) + "\n")
        writer = csv.writer(text, lineterminator="\n")
        for row in rows:
            cells = list(row)
            for place in packed_columns:
                cells[place] = bytes(cells[place]).hex()
            writer.writerow(cells)
            count += 1
    sync(part)
    return count


def read(path: Path) -> Iterator[Any]:
    """The `Head`, then each row as its columns say. Raises ArchiveError, for a cut file when it ends."""
    with _understood(path), gzip.open(path, "rt", encoding="utf-8", newline="") as text:
        head = _head(path, text.readline())
        yield head
        kinds = [_kind(name) for name in head.columns]
        for row in csv.reader(text, strict=True):
            if len(row) != len(kinds):
                raise ArchiveError(f"{path.name}: a row has {len(row)} columns instead of {len(kinds)}")
            yield [kind(cell) for kind, cell in zip(kinds, row, strict=True)]


def count(path: Path) -> int:
    """How many rows it has, all of them read. Raises ArchiveError."""
    rows = read(path)
    next(rows)
    return sum(1 for _ in rows)


def checked(path: Path, expected: str) -> None:
    """Raises ArchiveError unless the file is there with this SHA-256."""
    with _understood(path):
        found = sha256(path)
    if found != expected:
        raise ArchiveError(f"{path.name}: it is not what was written: it was changed or damaged")


def _head(path: Path, line: str) -> Head:
    strange = ArchiveError(f"{path.name}: its first line does not say what it is")
    try:
        said = json.loads(line)
        if said["format"] != FORMAT:
            raise ArchiveError(
                f"{path.name}: it has format {said['format']}, and this release reads {FORMAT}"
            )
        return Head(int(said["day"]), tuple(said["columns"]))
    except (ValueError, KeyError, TypeError):
        raise strange from None


def _kind(name: str) -> Callable[[str], Any]:
    if name in TEXTS:
        return str
    return bytes.fromhex if name in BYTES else _number


def _number(cell: str) -> int | None:
    return int(cell) if cell else None


@contextmanager
def _understood(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, EOFError, zlib.error, csv.Error, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ArchiveError(f"{path.name}: {said}") from error
