"""The backups of a folder: listed, copied to a second folder, and dropped past their term."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from backends import file_copy
from backends.backup_archive import CHECKSUM
from domain.backup import BackupPlan, made_at, past_term
from store.backup.making import Made, write_checksum


class Kept(NamedTuple):
    """One complete backup; times aware, in UTC."""

    path: Path
    made_at: datetime
    size: int
    sealed: bool


def listing(folder: Path) -> list[Kept]:
    """The complete backups of a folder, newest first: those that have their checksum beside them."""
    if not folder.is_dir():
        return []
    found = []
    for path in folder.iterdir():
        at = made_at(path.name)
        if at is not None and path.is_file() and path.with_name(f"{path.name}{CHECKSUM}").is_file():
            found.append(Kept(path, at, path.stat().st_size, path.suffix == ".sealed"))
    return sorted(found, key=lambda kept: kept.made_at, reverse=True)


def copy_off(made: Made, folder: Path, tick: Callable[[int], None] = lambda count: None) -> Path:
    """Copy a backup into a second folder, which must be there, and read it back; the new path.

    Raises OSError.
    """
    copy = file_copy.copy(made.path, folder, made.digest, tick)
    write_checksum(copy, made.digest)
    return copy


def drop_past(plan: BackupPlan, folder: Path, made: str) -> int:
    """Delete the backups of a folder that are past the plan's term now that `made` is there; how many."""
    names = past_term(made, [kept.path.name for kept in listing(folder)], plan.keep_daily, plan.keep_weekly)
    for name in names:
        (folder / name).unlink()
        (folder / f"{name}{CHECKSUM}").unlink(missing_ok=True)
    return len(names)
