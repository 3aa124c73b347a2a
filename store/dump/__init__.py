"""Copies of the whole database as one file: made in use, checked, loaded into an empty one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from store import database
from store.dump import postgresql, sqlite
from store.dump.problem import DumpProblem

__all__ = ["DumpProblem", "check", "dump", "load", "refuse_unless_empty", "size", "try_out"]

Tick = Callable[[int], None]


def size() -> int:
    """About how many bytes a copy of the open database takes."""
    path = database.path()
    return sqlite.size(path) if path else postgresql.size(database.read())


def dump(target: Path, tick: Tick) -> dict[str, int]:
    """Copy the open database as it is at one moment to `target`; how many rows each table has in the copy.

    `tick` hears every so many bytes, and may raise to stop it. Raises DumpProblem, OSError.
    """
    path = database.path()
    return sqlite.dump(path, target, tick) if path else postgresql.dump(database.url(), target, tick)


def check(kind: str, copy: Path, tables: Mapping[str, int]) -> None:
    """Raise DumpProblem unless the copy can be read and has these tables."""
    (sqlite if kind == "sqlite" else postgresql).check(copy, tables)


def try_out(kind: str, copy: Path, tables: Mapping[str, int]) -> None:
    """Restore the copy into a scratch database and compare the rows of its tables. Raises DumpProblem.

    On PostgreSQL that is a database of the open one's server, which is dropped again: the role
    needs CREATEDB. A copy of SQLite is a database already.
    """
    if kind == "sqlite":
        sqlite.check(copy, tables)
    else:
        postgresql.try_out(database.url(), copy, tables)


def refuse_unless_empty(url: str) -> None:
    """Raise DumpProblem if the database of this address has anything in it."""
    (sqlite if url.startswith("sqlite:") else postgresql).refuse_unless_empty(url)


def load(url: str, copy: Path) -> None:
    """Load a copy into the empty database of this address: all of it or nothing. Raises DumpProblem."""
    refuse_unless_empty(url)
    (sqlite if url.startswith("sqlite:") else postgresql).load(url, copy)
