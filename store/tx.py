"""One open transaction, or a connection for reading: SQL text in, rows out.

Statements are written once for both databases, with ``?`` for parameters. What is said with `Tx.later`
travels with the next statement that is answered: a round trip costs more than most statements.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, Literal

from store.errors import DRIVER_ERRORS, DatabaseAway, translated

Row = tuple[Any, ...]
Dialect = Literal["sqlite", "postgresql"]
Statement = tuple[str, Sequence[Any]]

#: What PostgreSQL calls a Python float.
FLOAT = "double precision"

#: Any fixed numbers: our keys among the database's advisory locks.
LINE_LOCK = 0x7469636A
GRANT_LOCK = 0x7469636B


_BY_KEYS = """SELECT set_config('enable_seqscan', 'off', TRUE),
                     set_config('plan_cache_mode', 'force_generic_plan', TRUE)"""


@lru_cache(maxsize=1024)
def _psycopg_text(sql: str) -> str:
    return sql.replace("%", "%%").replace("?", "%s")


class Tx:
    """Runs statements on one connection; made by `store.database`, never by hand."""

    def __init__(
        self,
        connection: Any,
        dialect: Dialect,
        reconnect: Callable[[], Any] | None = None,
        *,
        begins: bool = False,
    ) -> None:
        """``reconnect`` gives another connection when this one has died idle, before anything was done.

        With ``begins`` the first statement begins a transaction, which `commit` ends (PostgreSQL).
        """
        #: The driver's connection, for what is only there: COPY.
        self.connection = connection
        self._reconnect = reconnect
        self._begins = begins
        self._sent = False
        self._closes = False
        self._closed = False
        self._locked: frozenset[int] = frozenset()
        self._by_keys = False
        self._waiting: list[Statement] = [("BEGIN", ())] if begins else []
        self.dialect: Dialect = dialect
        #: What `after_commit` was given.
        self.after: list[Callable[[], object]] = []

    def after_commit(self, then: Callable[[], object]) -> None:
        """Call this once others see what was done, and not at all if it is undone; it must not raise.

        On SQLite that is before it survives a power cut: a hint need not wait for the disk.
        """
        self.after.append(then)

    def all(self, sql: str, params: Sequence[Any] = (), *, long: bool = False) -> list[Row]:
        """Every row of the answer; of a `long` one PostgreSQL sends its own bytes, which are read sooner."""
        cursor = self._execute(sql, params, long)
        try:
            return cursor.fetchall() if cursor.description else []
        finally:
            cursor.close()

    def portions(self, sql: str, params: Sequence[Any], most: int) -> Iterator[list[Row]]:
        """Every row of the answer, `most` at a time: a long list makes the collector of garbage run."""
        cursor = self._execute(sql, params)
        try:
            while rows := cursor.fetchmany(most):
                yield rows
        except DRIVER_ERRORS as error:
            raise translated(error) from error
        finally:
            cursor.close()

    def one(self, sql: str, params: Sequence[Any] = ()) -> Row | None:
        """The first row of the answer, or None."""
        rows = self.all(sql, params)
        return rows[0] if rows else None

    def value(self, sql: str, params: Sequence[Any] = ()) -> Any:
        """The first column of the first row, or None."""
        rows = self.all(sql, params)
        return rows[0][0] if rows else None

    def dicts(self, sql: str, params: Sequence[Any] = (), *, long: bool = False) -> list[dict[str, Any]]:
        """Every row by column name; for listings, not for hot paths. `long`: see `all`."""
        cursor = self._execute(sql, params, long)
        try:
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        finally:
            cursor.close()

    def run(self, sql: str, params: Sequence[Any] = ()) -> int:
        """Execute a change; the number of rows it touched."""
        cursor = self._execute(sql, params)
        try:
            return int(cursor.rowcount)
        finally:
            cursor.close()

    def later(self, sql: str, params: Sequence[Any] = ()) -> None:
        """A change whose answer nobody needs: done before whatever is said next, at the latest at the end."""
        if self.dialect == "sqlite":
            self.all(sql, params)
        else:
            self._waiting.append((sql, params))

    @property
    def ended(self) -> bool:
        """True if what was the `last` has been said: the transaction is committed."""
        return self._closed

    def last(self) -> None:
        """What is said next is the last: on PostgreSQL the commit travels with it. Nothing may come after."""
        self._closes = self._begins

    def commit(self) -> None:
        """The end of a transaction that this began; nothing, if nothing was said in it."""
        if self._closed:
            return
        self._closes = False
        if self._begun or len(self._waiting) > 1:
            self._execute("COMMIT", ()).close()

    def rollback(self) -> None:
        """Undo a transaction that this began. Raises DatabaseError."""
        self._waiting, self._closes = [], False
        if self._sent and not self._closed and not self.connection.closed:
            self._execute("ROLLBACK", ()).close()

    @property
    def _begun(self) -> bool:
        return self._begins and self._waiting[:1] != [("BEGIN", ())]

    def many(self, sql: str, rows: Iterable[Sequence[Any]]) -> int:
        """Execute a change once for each row of parameters; how many rows it changed in all."""
        if not rows:
            return 0
        self._say_waiting()
        cursor = self.connection.cursor()
        try:
            cursor.executemany(self._text(sql), rows)
            return int(cursor.rowcount)
        except DRIVER_ERRORS as error:
            raise translated(error) from error
        finally:
            cursor.close()

    def batch(self, statements: Sequence[Statement]) -> list[list[Row]]:
        """Execute statements in order, in one round trip where the database allows; rows of each."""
        if self.dialect == "sqlite" or len(statements) < 2:
            return [self.all(sql, params) for sql, params in statements]
        cursors = self._pipelined(statements)
        try:
            return [cursor.fetchall() if cursor.description else [] for cursor in cursors]
        except DRIVER_ERRORS as error:
            raise translated(error) from error

    def table(self, types: Sequence[str], rows: Sequence[Sequence[Any]]) -> Statement:
        """Rows as an INSERT takes them; `types` are those of the columns, in PostgreSQL's words.

        PostgreSQL gets an array for each column, so that the statement is one text, prepared once, however
        many rows there are.
        """
        if self.dialect == "sqlite":
            row = f"({marks(types)})"
            return f"VALUES {', '.join([row] * len(rows))}", [value for each in rows for value in each]
        arrays = ", ".join(f"?::{kind}[]" for kind in types)
        columns = [
            [None if value is None else float(value) for value in column] if kind == FLOAT else list(column)
            for kind, column in zip(types, zip(*rows, strict=True), strict=True)
        ]
        return f"SELECT * FROM unnest({arrays})", columns

    def grant_lock(self) -> None:
        """Wait until no other transaction grants or adds to the line.

        Of SQLite the single writer holds this and the two below already.
        """
        self._lock(LINE_LOCK, GRANT_LOCK)

    def hand_over_lock(self) -> None:
        """Wait until no other transaction grants; others may add to the line meanwhile.

        Enough for who grants to those who wait and changes nothing else that they go by.
        """
        self._lock(GRANT_LOCK)

    def line_lock(self) -> None:
        """Wait until no other transaction adds to the line; others may grant meanwhile.

        Enough for who adds to the line and grants nothing.
        """
        self._lock(LINE_LOCK)

    def by_keys(self) -> None:
        """Say that this transaction looks up few rows by their keys, however large their tables are.

        PostgreSQL's planner goes by statistics that may be from before thousands of rows came, keeps the
        plan it has made then, and so reads the whole table for eight rows of it. Such statements have one
        good plan, whatever their parameters: it is made once.
        """
        if self.dialect == "postgresql" and not self._by_keys:
            self._by_keys = True
            self.later(_BY_KEYS)

    def _lock(self, *keys: int) -> None:
        if self.dialect == "sqlite" or self._locked.issuperset(keys):
            return
        if self._locked:
            raise RuntimeError("locks are taken at once: one after the other two could wait for each other")
        self._locked = frozenset(keys)
        taken = ", ".join(["pg_advisory_xact_lock(?)"] * len(keys))
        self.later(f"SELECT {taken}", keys)

    def for_update(self, table: str) -> str:
        """What ends a SELECT that locks the rows of `table` in its order; on SQLite nothing is needed.

        A change of many rows locks them by this first: by itself it would take them in any order, and
        two such changes could wait for each other.
        """
        return f" FOR UPDATE OF {table}" if self.dialect == "postgresql" else ""

    def _text(self, sql: str) -> str:
        return sql if self.dialect == "sqlite" else _psycopg_text(sql)

    def _execute(self, sql: str, params: Sequence[Any], long: bool = False) -> Any:
        if self._waiting or self._closes or self._closed:
            return self._pipelined([(sql, params)])[0]
        binary = {"binary": True} if long and self.dialect == "postgresql" else {}
        try:
            cursor = self.connection.cursor(**binary)
            cursor.execute(self._text(sql), params)
        except DRIVER_ERRORS as error:
            self._again_or_raise(error)
            return self._execute(sql, params, long)
        return cursor

    def _say_waiting(self) -> None:
        if self._waiting:
            self._pipelined([])

    def _pipelined(self, statements: Sequence[Statement]) -> list[Any]:
        """What waits and then these, in one round trip; a cursor for each of these."""
        if self._closed:
            raise RuntimeError("something is said after what was the last of its transaction")
        waiting = self._waiting
        end = [("COMMIT", ())] if self._closes else []
        cursors = []
        self._sent = True
        try:
            with self.connection.pipeline():
                for sql, params in (*waiting, *statements, *end):
                    cursor = self.connection.cursor()
                    cursors.append(cursor)
                    cursor.execute(_psycopg_text(sql), params, prepare=True)
        except DRIVER_ERRORS as error:
            # psycopg takes what came after the failure for prepared, which the server never got to.
            self.connection.close()
            self._again_or_raise(error)
            return self._pipelined(statements)
        self._waiting = []
        self._closed = bool(end)
        if self._begins:
            self._reconnect = None  # what was done in the transaction is on this connection
        return cursors[len(waiting) : len(waiting) + len(statements)]

    def _again_or_raise(self, error: Exception) -> None:
        """Take another connection if this one had died before anything was done with it."""
        wrong = translated(error)
        if self._reconnect is None or not isinstance(wrong, DatabaseAway):
            raise wrong from error
        self.connection, self._reconnect = self._reconnect(), None


def marks(values: Sequence[Any]) -> str:
    """``?, ?, ?``: as many placeholders as there are values (for IN lists)."""
    return ", ".join("?" * len(values))
