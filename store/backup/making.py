"""Makes one backup: copy, pack, seal, read back, check, and only then give it its name."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from backends import backup_archive
from backends.backup_archive import CHECKSUM, DATABASE, Manifest
from backends.file_copy import discard, sha256, sync
from domain.backup import BackupPlan, made_at, name_at
from domain.time.clock import rfc3339
from store import database, dump
from store import secret as secret_store

Tick = Callable[[int], None]
PART, WORK = ".part", ".work"


class BackupProblem(Exception):
    """A backup could not be made or used; the text says why and what to do."""


#: What may keep a backup from being made; each has its cause in words.
FAILURES = (BackupProblem, dump.DumpProblem, backup_archive.ArchiveError, OSError)


class Made(NamedTuple):
    """A complete backup: its file and checksum (hex), bytes, and what it holds."""

    path: Path
    digest: str
    size: int
    rows: int
    attachments: int


def words(error: BaseException) -> str:
    """One line for a backup that was not made: why, and what is left."""
    said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    place = f" ({error.filename})" if isinstance(error, OSError) and error.filename else ""
    return f"{said}{place}: no backup was made, the old ones are kept"


def estimate(plan: BackupPlan) -> int:
    """About how many bytes `make` tells of: the database is written, packed and read back."""
    attached = _folder(plan.attachments)
    files = [path for path in attached.rglob("*") if path.is_file()] if attached else []
    return 2 * dump.size() + 2 * sum(path.stat().st_size for path in files)


def make(plan: BackupPlan, secret: str | None, now: datetime, tick: Tick = lambda count: None) -> Made:
    """Make a backup of the open database, the configuration and the attachments.

    `tick` hears of bytes that were moved, and may raise to stop it. Whatever raises, or kills this
    process, leaves nothing that has the name of a backup. Raises BackupProblem, DumpProblem,
    ArchiveError, OSError (a full disk).
    """
    folder = Path(plan.folder)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _alone(folder):
        _clear(folder)
        path = folder / name_at(now, secret is not None)
        # A second that has one already (two runs at once asked for, a clock set back) is passed over.
        while path.exists():
            now += timedelta(seconds=1)
            path = folder / name_at(now, secret is not None)
        work, part = folder / f"{path.name}{WORK}", folder / f"{path.name}{PART}"
        try:
            work.mkdir(mode=0o700)
            return _make(plan, secret, now, tick, path, work, part)
        finally:
            shutil.rmtree(work, ignore_errors=True)
            discard(part)


def _make(
    plan: BackupPlan, secret: str | None, now: datetime, tick: Tick, path: Path, work: Path, part: Path
) -> Made:
    copy, kind = work / DATABASE, database.dialect()
    tables = dump.dump(copy, tick)
    manifest = Manifest(str(rfc3339(now.timestamp())), kind, tables)
    attachments = backup_archive.write(
        part, manifest, copy, _file(plan.config_file), _folder(plan.attachments), _keys(plan), secret, tick
    )
    copy.unlink()
    # What is checked is what was written, read back from the disk as a restore would read it.
    backup_archive.unpack(part, work, secret, only=DATABASE, tick=tick)
    dump.check(kind, copy, tables)
    if plan.restore_test:
        dump.try_out(kind, copy, tables)
    digest = sha256(part, tick)
    _named(part, path, digest)
    return Made(path, digest, path.stat().st_size, sum(tables.values()), attachments)


def _named(part: Path, path: Path, digest: str) -> None:
    """The checksum first: a backup that has its name can always be checked."""
    beside = write_checksum(path, digest)
    try:
        part.rename(path)
    except OSError:
        discard(beside)
        raise
    sync(path.parent)


def write_checksum(path: Path, digest: str) -> Path:
    """Write the checksum file of a backup, whole or not at all; its path."""
    beside = path.with_name(f"{path.name}{CHECKSUM}")
    part = beside.with_name(f"{beside.name}{PART}")
    try:
        part.write_text(f"{digest}  {path.name}\n")
        sync(part)
        part.rename(beside)
    except OSError:
        discard(part)
        raise
    return beside


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise BackupProblem(f"{folder}: another process is making a backup there now") from None
    finally:
        os.close(handle)


def _clear(folder: Path) -> None:
    """Delete what backups that were killed half-way left behind."""
    for path in folder.iterdir():
        name = path.name.removesuffix(PART).removesuffix(WORK).removesuffix(CHECKSUM)
        if made_at(name) is None or path.name == name:
            continue
        if path.name.endswith(WORK):
            shutil.rmtree(path, ignore_errors=True)
        elif path.name.endswith(PART) or not path.with_name(name).exists():
            discard(path)


def _keys(plan: BackupPlan) -> list[Path]:
    """Every file that opens a secret: the keys of the backups and of what is sealed, and what the
    configuration refers to.
    """
    config = _file(plan.config_file)
    own = [Path(plan.key.removeprefix("file:"))] if plan.key.startswith("file:") else []
    return (
        own + secret_store.key_files() + backup_archive.key_files(config, config.parent if config else Path())
    )


def _file(text: str) -> Path | None:
    return Path(text) if text and Path(text).is_file() else None


def _folder(text: str) -> Path | None:
    return Path(text) if text and Path(text).is_dir() else None
