"""The folder of log files: keeps them all together below a size, by dropping the oldest lines."""

from __future__ import annotations

import heapq
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, NamedTuple

#: How much is dropped, and copied, at a time.
CHUNK = 256 * 1024

#: Each line begins with its time; as texts they sort as the times do.
TIME = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")


class Cut(NamedTuple):
    """What was cut: from how many files, how many bytes; `refused` says which would not, and why."""

    files: int
    bytes: int
    refused: tuple[str, ...]


def cut(folder: Path, limit: int, stopping: Callable[[], bool] = lambda: False) -> Cut:
    """Cut the oldest lines of all ``*.log`` files, and the oldest ``*.log.*`` whole, down to `limit` bytes.

    Symbolic links are left alone. A missing folder is an empty one. Writers may go on meanwhile.
    """
    files = [path for path in sorted(folder.glob("*.log*")) if path.is_file() and not path.is_symlink()]
    refused: list[str] = []
    dropped = 0
    changed = 0
    for path, size in _plan(files, limit, refused):
        if stopping():
            break
        try:
            _drop(path, size)
        except OSError as error:
            refused.append(f"{path.name}: {error.strerror}")
        else:
            changed, dropped = changed + 1, dropped + size
    return Cut(changed, dropped, tuple(refused))


def _plan(files: list[Path], limit: int, refused: list[str]) -> list[tuple[Path, int]]:
    """How many bytes go from the head of which file: always those with the oldest line first."""
    heads: list[tuple[bytes, Path, int]] = []
    total = 0
    for path in files:
        try:
            total += path.stat().st_size
            heads.append((_time_at(path, 0), path, 0))
        except OSError as error:
            refused.append(f"{path.name}: {error.strerror}")
    heapq.heapify(heads)
    drops: dict[Path, int] = {}
    while total > limit and heads:
        _, path, start = heapq.heappop(heads)
        end = _next_line(path, start + min(CHUNK, total - limit))
        drops[path] = end
        total -= end - start
        if end < path.stat().st_size:
            heapq.heappush(heads, (_time_at(path, end), path, end))
    return list(drops.items())


def _time_at(path: Path, offset: int) -> bytes:
    """The time of the line at `offset`, or of the file's last change where the line has none."""
    with path.open("rb") as file:
        file.seek(offset)
        time = TIME.match(file.read(32))
    if time:
        return time[0]
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat(timespec="seconds")[:19].encode()


def _next_line(path: Path, offset: int) -> int:
    """Where the first line begins at or after `offset`; the end of a file that is rotated (packed)."""
    size = path.stat().st_size
    if offset >= size or path.suffix != ".log":
        return size
    with path.open("rb") as file:
        file.seek(offset - 1)
        while block := file.readline(CHUNK):
            if block.endswith(b"\n"):
                break
        return file.tell()


def _drop(path: Path, size: int) -> None:
    """Drop the first `size` bytes in place: it needs no room on a full disk, and writers go on appending."""
    if path.suffix != ".log":
        path.unlink()
        return
    with path.open("r+b") as file:
        file.truncate(_shift(file, size))


def _shift(file: BinaryIO, size: int) -> int:
    to = 0
    while True:
        file.seek(size + to)
        # To the very end, so that a line appended meanwhile comes along.
        if not (block := file.read(CHUNK)):
            return to
        file.seek(to)
        file.write(block)
        file.flush()
        to += len(block)
