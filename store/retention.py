"""Rows past their term go: chosen by plain reads, deleted in small transactions, the rows in use never."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from store import database
from store.tx import marks

#: (what, how many went) of one transaction.
Gone = tuple[str, int]


@dataclass(frozen=True)
class Past:
    """Which rows of a table may go: `old` is a condition with ``?`` for the term, as often as it likes.

    ``what`` is what the rows are counted as, `key` names one. ``free`` is a condition that rows in use
    do not meet (an unpaid invoice, the last run of a service): it is asked again by the deletion.
    """

    what: str
    table: str
    old: str
    key: str = "id"
    free: str = ""

    @property
    def condition(self) -> str:
        """What a row meets that may go."""
        return f"{self.old} AND {self.free}" if self.free else self.old

    def params(self, before: float) -> tuple[float, ...]:
        """The term, for each ``?``."""
        return (before,) * self.old.count("?")


def delete(past: Past, before: float, batch: int) -> Iterator[Gone]:
    """Delete what is older than `before` (epoch seconds), at most `batch` rows in each transaction."""
    params = past.params(before)
    sql = f"SELECT {past.key} FROM {past.table} WHERE {past.condition} LIMIT ?"
    while rows := database.read().all(sql, (*params, batch)):
        keys = [row[0] for row in rows]
        yield past.what, delete_keys(past.table, past.key, past.condition, keys, params)


def delete_pairs(past: Past, before: float, batch: int) -> Iterator[Gone]:
    """The same for a table whose rows several columns name, which `key` lists."""
    params = past.params(before)
    some = f"SELECT {past.key} FROM {past.table} WHERE {past.condition} LIMIT ?"
    sql = f"DELETE FROM {past.table} WHERE ({past.key}) IN ({some})"
    while gone := write(sql, (*params, batch)):
        yield past.what, gone


def delete_keys(table: str, key: str, guard: str, keys: Iterable[Any], params: Sequence[float] = ()) -> int:
    """Delete rows by key in one transaction; the guard holds against what changed since they were read."""
    chosen = tuple(keys)
    return write(f"DELETE FROM {table} WHERE {key} IN ({marks(chosen)}) AND {guard}", (*chosen, *params))


def write(sql: str, params: Sequence[Any]) -> int:
    """One statement in a transaction of its own; a power cut may bring back what went."""
    return database.write(lambda tx: tx.run(sql, params), durable=False)
