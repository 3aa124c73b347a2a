"""Bring the database to the newest schema: numbered scripts, applied once, under a lock.

peewee's runner takes no lock of its own, so two processes that start together would both apply;
here the second waits and then finds nothing to do.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playhouse.migrations import MigrationError, Runner

from store import database
from store.errors import DRIVER_ERRORS, DatabaseAway, DatabaseError, translated

FOLDER = Path(__file__).parent / "migrations"
#: The script that a new database begins with.
FIRST = "0001_engine"
#: Any fixed number: our second key among PostgreSQL's advisory locks.
MIGRATE_LOCK = 0x7469636C
#: In the name of a script (`0042_closes_old_columns`) that takes away what the release before it uses.
CLOSES = "_closes_"


class NotMigrated(DatabaseError):
    """The database lacks tables that this release needs."""


def pending() -> list[str]:
    """The names of the scripts that are not applied yet, in order."""
    try:
        database.connection()
        return [script.name for script in _runner().status() if script.path and not script.applied]
    except DRIVER_ERRORS as error:
        raise translated(error) from error


def newer() -> list[str]:
    """Scripts the database knows and this release does not: it was written by a newer one."""
    database.connection()
    return [script.name for script in _runner().status() if script.path is None]


def check() -> list[str]:
    """That this release can work with the database as it is; the scripts of a newer release in it.

    Scripts only add, so that the release before goes on working while nodes are replaced one by one,
    and take away a release later; one that cannot wait for that has `CLOSES` in its name.

    Raises NotMigrated when scripts of this release are pending, DatabaseError after one that closes.
    """
    if waiting := pending():
        count = "1 migration" if len(waiting) == 1 else f"{len(waiting)} migrations"
        raise NotMigrated(
            f"{count} to apply ({waiting[0]} …): run `tickworks migrate`, then start this again"
        )
    later = newer()
    if closing := [name for name in later if CLOSES in name]:
        raise DatabaseError(f"the database is of a newer release ({closing[0]}): upgrade this one")
    return later


def born() -> str:
    """When the open database was made, to the microsecond: no other one was."""
    applied = [script.applied for script in _runner().status() if script.name == FIRST]
    return str(applied[0])


def up() -> list[str]:
    """Apply what is pending and return its names; each script in a transaction of its own.

    Raises DatabaseError when a script fails or the database is of a newer release.
    """
    database.connection()
    try:
        with _locked():
            if unknown := newer():
                raise DatabaseError(
                    f"the database was written by a newer release ({', '.join(unknown)}): upgrade this one"
                )
            return list(_runner().up())
    except MigrationError as error:
        raise DatabaseError(f"migration failed: {error}") from error
    except DRIVER_ERRORS as error:
        told = translated(error)
        raise (
            told if isinstance(told, DatabaseAway) else DatabaseError(f"migration failed: {told}")
        ) from error


def _runner() -> Runner:
    return Runner(database.peewee_database(), directory=str(FOLDER))


@contextmanager
def _locked() -> Iterator[None]:
    folder = database.folder()
    if folder is not None:
        with (folder / "migrate.lock").open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        return
    connection = database.connection()
    connection.execute("SELECT pg_advisory_lock(%s)", (MIGRATE_LOCK,))
    try:
        yield
    finally:
        connection.execute("SELECT pg_advisory_unlock(%s)", (MIGRATE_LOCK,))
