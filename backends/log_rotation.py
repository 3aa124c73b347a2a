"""Turns the log files of a folder: a new file for the writers, the old ones packed, the oldest dropped.

Writers open a file by its name for each line, so a rename is all the reopening they need. A line may
still come to the old file from a writer that had it open before, so a file is packed only when the
kernel grants a write lease on it: that is its word that nobody has it open. No name ever leads back.
"""

from __future__ import annotations

import errno
import fcntl
import gzip
import os
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from backends.file_copy import CHUNK, discard, sync

#: ``mail.log`` becomes ``mail.log.20270115T011000Z``, then ``….gz``; a second one in a second gets ``-1``.
TURNED = re.compile(r"(?P<log>.+\.log)\.(?P<at>\d{8}T\d{6}Z)(-\d+)?(?P<packed>\.gz)?")
#: Where the kernel has no leases (network folders), a file is packed once it has been still so long, in s.
STILL = 3600.0


class Rotated(NamedTuple):
    """How many files were turned, packed and dropped; what was left and why; `busy`: another is at it."""

    turned: int = 0
    packed: int = 0
    dropped: int = 0
    refused: tuple[str, ...] = ()
    busy: bool = False


def rotate(
    folder: Path,
    now: datetime,
    *,
    keep: int,
    least: int = 1,
    pack: bool = True,
    stopping: Callable[[], bool] = lambda: False,
) -> Rotated:
    """Turn each ``*.log`` of at least `least` bytes, pack what is turned, keep `keep` old ones of each log.

    Links are left alone. A missing folder is an empty one. Nothing raises for a single file: what
    cannot be turned, packed (a full disk) or dropped stays whole and is told in `refused`.
    """
    if not folder.is_dir():
        return Rotated()
    with _alone(folder) as alone:
        if not alone:
            return Rotated(busy=True)
        refused: list[str] = []
        turned = sum(
            _told(refused, path, lambda path: _turn(path, now))
            for path in sorted(folder.glob("*.log"))
            if not stopping() and _ours(path) and path.stat().st_size >= max(1, least)
        )
        packed = sum(
            _told(refused, path, lambda path: _pack(path, now))
            for path in _old(folder)
            if pack and path.suffix != ".gz" and not stopping()
        )
        dropped = sum(_told(refused, path, _drop) for path in _beyond(_old(folder), keep) if not stopping())
        return Rotated(turned, packed, dropped, tuple(refused))


@contextmanager
def _alone(folder: Path) -> Iterator[bool]:
    """False while another node of this machine turns the same folder."""
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield True
    except BlockingIOError:
        yield False
    finally:
        os.close(handle)


def _turn(path: Path, now: datetime) -> bool:
    stem = f"{path.name}.{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    names = [stem, *(f"{stem}-{number}" for number in range(1, 100))]
    free = next(each for each in names if not any(path.with_name(each + end).exists() for end in ("", ".gz")))
    path.rename(path.with_name(free))
    return True


def _pack(path: Path, now: datetime) -> bool:
    """Whether it is packed now; a file that somebody has open waits for the next time."""
    packed, part = path.with_name(path.name + ".gz"), path.with_name(path.name + ".gz.part")
    with path.open("rb") as source:
        if not _nobody_else_has(source.fileno(), now):
            return False
        try:
            with part.open("wb") as raw, gzip.GzipFile(path.name, "wb", fileobj=raw, mtime=0) as target:
                while block := source.read(CHUNK):
                    target.write(block)
            sync(part)
            os.utime(part, ns=(os.fstat(source.fileno()).st_atime_ns, os.fstat(source.fileno()).st_mtime_ns))
            part.rename(packed)
        except BaseException:
            discard(part)
            raise
    path.unlink()
    return True


def _nobody_else_has(handle: int, now: datetime) -> bool:
    # A lease that somebody breaks is told by SIGIO, which would end this process.
    with suppress(OSError):
        fcntl.fcntl(handle, fcntl.F_SETSIG, signal.SIGURG)
    try:
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_WRLCK)
    except OSError as error:
        if error.errno == errno.EAGAIN:
            return False
        return now.timestamp() - os.fstat(handle).st_mtime > STILL
    fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    return True


def _drop(path: Path) -> bool:
    path.unlink()
    return True


def _told(refused: list[str], path: Path, work: Callable[[Path], bool]) -> bool:
    """Do it; a file that somebody else took meanwhile is no trouble."""
    try:
        return work(path)
    except FileNotFoundError:
        return False
    except OSError as error:
        refused.append(f"{path.name}: {error.strerror}")
        return False


def _ours(path: Path) -> bool:
    """A file of its own: neither a symbolic link nor one of several hard links."""
    return path.is_file() and not path.is_symlink() and path.stat().st_nlink == 1


def _old(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.iterdir()) if TURNED.fullmatch(path.name) and _ours(path)]


def _beyond(old: list[Path], keep: int) -> list[Path]:
    """All but the newest `keep` of each log; by the times in their names."""
    found: dict[str, list[Path]] = {}
    for path in old:
        match = TURNED.fullmatch(path.name)
        assert match is not None
        found.setdefault(match["log"], []).append(path)
    return [path for paths in found.values() for path in paths[: max(0, len(paths) - keep)]]
