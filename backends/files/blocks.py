"""A file of text in blocks of whole lines, however large it is, also if it is packed by gzip.

All positions are of the content: of a packed file, of what is in it.
"""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

from backends.error import BackendError

BLOCK = 2 << 20
#: A line that is longer is none; so much of it is kept.
LONGEST_LINE = 1 << 20
_KEPT = 500
_GZIP = b"\x1f\x8b"
#: Lines that a row may go over: a block never ends inside of one that is not longer.
_JOINED = 20


class Content(NamedTuple):
    """What a file holds: SHA-256 in hex, bytes, and its first line."""

    sha256: str
    size: int
    head: str


class Block(NamedTuple):
    """`text`: whole lines; `end`: the position after it; `lines` of it; `too_long`: part of one line."""

    text: str
    end: int
    lines: int
    too_long: bool = False


def content(path: Path, check: Callable[[], None] = lambda: None) -> Content:
    """Read all of it once. `check` is called between blocks and may raise.

    Raises BackendError: ``missing``, ``denied``, or ``invalid`` for a packed file that is torn.
    """
    digest, size, head = hashlib.sha256(), 0, b""
    with _opened(path) as file:
        while block := file.read(BLOCK):
            digest.update(block)
            head = head if size >= LONGEST_LINE else head + block[:LONGEST_LINE]
            size += len(block)
            check()
    first = head.removeprefix(b"\xef\xbb\xbf").partition(b"\n")[0]
    return Content(digest.hexdigest(), size, first.decode("utf-8", "replace"))


def blocks(path: Path, start: int = 0, *, records: bool = False, size: int = BLOCK) -> Iterator[Block]:
    """From `start` on, which is 0 or the end of a block. `records`: these end with an empty line.

    Raises BackendError as `content` does.
    """
    with _opened(path) as file:
        file.seek(start)
        rest, at, skips = b"", start, False
        while data := file.read(size):
            buffer = rest + data
            if skips:
                line_end = buffer.find(b"\n") + 1
                at += line_end or len(buffer)
                rest, skips = buffer[line_end:] if line_end else b"", not line_end
                continue
            cut = _cut(buffer, records)
            if cut:
                at += cut
                yield _block(buffer[:cut], at)
                rest = buffer[cut:]
            elif len(buffer) > LONGEST_LINE + size:
                skips = b"\n" not in buffer
                at += len(buffer)
                yield Block(_text(buffer[:_KEPT]), at, 1 + buffer.count(b"\n"), too_long=True)
                rest = b""
            else:
                rest = buffer
        if rest:
            yield _block(rest, at + len(rest))


def _cut(buffer: bytes, records: bool) -> int:
    """Where the last line ends that may be the last of a row; 0: nowhere."""
    if records:
        ends = (buffer.rfind(mark) + len(mark) for mark in (b"\n\n", b"\n\r\n") if mark in buffer)
        return max(ends, default=0)
    last = cut = buffer.rfind(b"\n") + 1
    if buffer.count(b'"', 0, cut) % 2 == 0:
        return cut
    for _ in range(_JOINED):
        before = buffer.rfind(b"\n", 0, cut - 1) + 1
        if not before:
            break
        if buffer.count(b'"', before, last) % 2:
            return before
        cut = before
    return last


def _block(data: bytes, end: int) -> Block:
    lines = data.count(b"\n") + (not data.endswith(b"\n"))
    return Block(_text(data), end, lines)


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    try:
        with path.open("rb") as plain:
            packed = plain.read(2) == _GZIP
            plain.seek(0)
            if not packed:
                yield plain
                return
            with gzip.GzipFile(fileobj=plain) as unpacked:
                yield unpacked  # type: ignore[misc]
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise BackendError(
            "invalid", f"{path.name} is packed by gzip, and torn: it cannot be unpacked"
        ) from None
    except FileNotFoundError:
        raise BackendError("missing", f"{path} is not there any more") from None
    except PermissionError:
        raise BackendError("denied", f"{path} may not be read by us") from None
