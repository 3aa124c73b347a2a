"""Hearing at once, on PostgreSQL, that another process committed something.

NOTIFY is part of a transaction and reaches the listeners after its commit. It is a hint: it is
not kept for a listener that was away, so whoever listens also looks from time to time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import psycopg
from psycopg import sql

from store import database
from store.errors import translated
from store.tx import Tx

#: PostgreSQL cuts no channel name but refuses one of 64 bytes and more.
_LONGEST_CHANNEL = 63


def notify(tx: Tx, names: Iterable[str]) -> None:
    """Tell those who listen to any of `names`, once `tx` is committed."""
    tx.batch([("SELECT pg_notify(?, '')", (_channel(name),)) for name in names])


class Listener:
    """A connection of its own that hears of `names`; for one thread.

    Raises DatabaseAway when the server cannot be reached, here and in `drain`.
    """

    def __init__(self, names: Iterable[str]) -> None:
        try:
            self._connection = psycopg.connect(
                database.url(),
                autocommit=True,
                connect_timeout=database.CONNECT_TIMEOUT,
                application_name="tickworks listen",
            )
        except psycopg.Error as error:
            raise translated(error) from error
        try:
            for name in names:
                self._connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(_channel(name))))
        except psycopg.Error as error:
            self.close()
            raise translated(error) from error

    def fileno(self) -> int:
        """Readable when there is something to `drain`, or when the connection was lost."""
        return self._connection.fileno()

    def drain(self) -> None:
        """Forget what was heard so far."""
        try:
            self._connection.pgconn.consume_input()
            while self._connection.pgconn.notifies():
                pass
        except psycopg.Error as error:
            raise translated(error) from error

    def close(self) -> None:
        """Stop listening; may be called twice."""
        self._connection.close()


def _channel(name: str) -> str:
    if len(name.encode()) <= _LONGEST_CHANNEL:
        return name
    return "tickworks." + hashlib.blake2b(name.encode(), digest_size=16).hexdigest()
