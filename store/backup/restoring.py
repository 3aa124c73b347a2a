"""Looks into a backup, and brings a system back from one: all of it is checked before anything changes."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from backends import backup_archive
from backends.backup_archive import ATTACHMENTS, CHECKSUM, CONFIG, DATABASE, Manifest
from store import dump
from store.backup.making import BackupProblem


class Restored(NamedTuple):
    """What was brought back; `config` is where the configuration was put, None if there was none."""

    manifest: Manifest
    attachments: int
    config: Path | None


def verify(path: Path, secret: str | None, scratch: Path) -> Manifest:
    """Compare a backup with its checksum, read it to its end and check the database in it.

    `scratch` is a folder with room for it. Raises ArchiveError, DumpProblem, OSError.
    """
    backup_archive.checksum(path)
    with _unpacked(path, secret, scratch) as (manifest, _):
        return manifest


def restore(
    path: Path, secret: str | None, *, url: str, attachments: Path, config: Path, scratch: Path
) -> Restored:
    """Load a backup into the empty database at `url` and the empty folder `attachments`.

    The configuration goes to `config`, or beside it as ``….restored`` where one is. Raises
    BackupProblem, ArchiveError, DumpProblem and OSError; then nothing was changed, or the text
    says what.
    """
    if path.with_name(f"{path.name}{CHECKSUM}").exists():
        backup_archive.checksum(path)
    if attachments.is_dir() and any(attachments.iterdir()):
        raise BackupProblem(f"{attachments} is not empty: move it away first; nothing was changed")
    dump.refuse_unless_empty(url)
    with _unpacked(path, secret, scratch) as (manifest, folder):
        kind = "sqlite" if url.startswith("sqlite:") else "postgresql"
        if manifest.database != kind:
            raise BackupProblem(
                f"{path.name} is of {manifest.database}, and [database] url names {kind}: "
                "give the address of such a database; nothing was changed"
            )
        dump.load(url, folder / DATABASE)
        return Restored(manifest, _attachments(folder, attachments), _config(folder, config))


@contextmanager
def _unpacked(path: Path, secret: str | None, scratch: Path) -> Iterator[tuple[Manifest, Path]]:
    scratch.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="restore-", dir=scratch) as name:
        manifest = backup_archive.unpack(path, Path(name), secret)
        dump.check(manifest.database, Path(name, DATABASE), manifest.tables)
        yield manifest, Path(name)


def _attachments(folder: Path, target: Path) -> int:
    source = folder / ATTACHMENTS
    if not source.is_dir():
        return 0
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.is_dir():
        target.rmdir()  # it is empty: that was looked at before
    shutil.move(source, target)
    return sum(each.is_file() for each in target.rglob("*"))


def _config(folder: Path, target: Path) -> Path | None:
    source = folder / CONFIG
    if not source.is_file():
        return None
    if target.exists():
        target = target.with_name(f"{target.name}.restored")
    shutil.move(source, target)
    return target
