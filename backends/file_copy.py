"""Files that are there whole or not at all: written as ``.part``, flushed to the disk, then renamed."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

#: How much is read and written at a time.
CHUNK = 1 << 20


def sha256(path: Path, moved: Callable[[int], None] = lambda count: None) -> str:
    """The checksum of a file, in hex; `moved` hears how many bytes each look took."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(CHUNK):
            digest.update(block)
            moved(len(block))
    return digest.hexdigest()


def pour(source: BinaryIO, target: BinaryIO, moved: Callable[[int], None] = lambda count: None) -> None:
    """Copy to the end; `moved` hears of each chunk, and may raise to stop it."""
    while block := source.read(CHUNK):
        target.write(block)
        moved(len(block))


def copy(source: Path, folder: Path, digest: str, moved: Callable[[int], None] = lambda count: None) -> Path:
    """Copy a file into another folder, and read it back; the new path.

    The folder must be there: made by us, it would hide that a disk is not mounted. Raises OSError,
    also when what was read back has not the checksum `digest`.
    """
    target, part = folder / source.name, folder / f"{source.name}.part"
    try:
        with source.open("rb") as reading, part.open("wb") as writing:
            os.fchmod(writing.fileno(), 0o600)
            pour(reading, writing, moved)
        sync(part)
        if sha256(part, moved) != digest:
            raise OSError(errno.EIO, "what was read back differs from what was written", str(target))
        part.rename(target)
        sync(folder)
    except BaseException:
        discard(part)
        raise
    return target


def sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def discard(path: Path) -> None:
    """Delete a file that may not be there."""
    with suppress(OSError):
        path.unlink()
