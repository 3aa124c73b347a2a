"""Whether anything was written to the database since one last looked: cheaper than to look again."""

from __future__ import annotations

import sqlite3
import threading

from store import database
from store.errors import translated


class Version:
    """A mark that differs once a commit has changed anything, for all threads of a process.

    On SQLite it is exact (https://sqlite.org/pragma.html#pragma_data_version). On PostgreSQL it is
    the end of the log: a commit may be in it a moment before others see it, so a mark that has not
    changed says that nothing is new only for what was read some time after it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sqlite: sqlite3.Connection | None = None

    def now(self) -> str:
        """The mark. Raises DatabaseAway."""
        path = database.path()
        if path is None:
            return str(database.read().value("SELECT pg_current_wal_insert_lsn()"))
        with self._lock:
            try:
                # A connection of its own: the pragma tells of the commits of all the others.
                if self._sqlite is None:
                    self._sqlite = sqlite3.connect(path, check_same_thread=False)
                return str(self._sqlite.execute("PRAGMA data_version").fetchone()[0])
            except sqlite3.Error as error:
                raise translated(error) from error

    def close(self) -> None:
        """Give the connection back."""
        with self._lock:
            if self._sqlite is not None:
                self._sqlite.close()
                self._sqlite = None
