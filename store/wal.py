"""A SQLite file in WAL mode, which readers and a writer share."""

from __future__ import annotations

from typing import Any

import peewee

from store.busy import while_busy


class WalDatabase(peewee.SqliteDatabase):
    """Connections to one file, which the first of them switches to WAL.

    Of several processes that open a new file at once, all but one would be told "database is locked".
    """

    def _add_conn_hooks(self, conn: Any) -> None:
        conn.execute("PRAGMA busy_timeout = 0")  # or each try would wait as long as all of them may
        while_busy(lambda: conn.execute("PRAGMA journal_mode = wal"))
        super()._add_conn_hooks(conn)  # type: ignore[misc]
