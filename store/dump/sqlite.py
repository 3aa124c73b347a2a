"""Copies of an SQLite file by its online backup: no writer waits, and the copy is of one moment."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from pathlib import Path

from store.database import sqlite_path
from store.dump.problem import DumpProblem

#: Pages copied at a time, so that a stop is noticed soon.
PAGES = 256


def size(path: Path) -> int:
    """Bytes of the file and of what waits in its log."""
    log = path.with_name(f"{path.name}-wal")
    return path.stat().st_size + (log.stat().st_size if log.exists() else 0)


def dump(path: Path, target: Path, tick: Callable[[int], None]) -> dict[str, int]:
    """See `store.dump.dump`."""
    try:
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(target)) as copy:
            page = int(source.execute("PRAGMA page_size").fetchone()[0])
            # An open read transaction holds the moment: else each commit of others starts the copy anew.
            source.execute("BEGIN")
            source.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
            left = int(source.execute("PRAGMA page_count").fetchone()[0])

            def told(_: int, remaining: int, total: int) -> None:
                nonlocal left
                tick((left - remaining) * page)
                left = remaining

            source.backup(copy, pages=PAGES, progress=told)
            source.rollback()
            copy.execute("PRAGMA journal_mode = DELETE")
            return _tables(copy)
    except sqlite3.Error as error:
        raise DumpProblem(f"the database cannot be copied: {error}") from error


def check(copy: Path, tables: Mapping[str, int]) -> None:
    """See `store.dump.check`."""
    try:
        # The copy is nobody else's: without locks and journals it can be read on a full disk too.
        with closing(sqlite3.connect(f"file:{copy}?mode=ro&immutable=1", uri=True)) as connection:
            said = connection.execute("PRAGMA integrity_check").fetchone()[0]
            found = _tables(connection)
    except sqlite3.Error as error:
        raise DumpProblem(f"the copy of the database cannot be read: {error}") from error
    if said != "ok":
        raise DumpProblem(f"the copy of the database is damaged: {said}")
    if found != dict(tables):
        raise DumpProblem("the copy of the database has other tables or rows than it should have")


def refuse_unless_empty(url: str) -> None:
    """See `store.dump.refuse_unless_empty`."""
    path = sqlite_path(url)
    if path.exists():
        raise DumpProblem(f"{path} is there already: move it away first; nothing was changed")


def load(url: str, copy: Path) -> None:
    """See `store.dump.load`."""
    path = sqlite_path(url)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    try:
        shutil.copyfile(copy, part)
        with part.open("rb") as file:
            os.fsync(file.fileno())
        # What was left of an earlier database would be taken for the log of this one.
        for end in ("-wal", "-shm"):
            path.with_name(path.name + end).unlink(missing_ok=True)
        part.rename(path)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise


def _tables(connection: sqlite3.Connection) -> dict[str, int]:
    names = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name"
    ).fetchall()
    return {name: connection.execute(f'SELECT COUNT(*) FROM "{name}"').fetchone()[0] for (name,) in names}
