"""Fencing numbers: what tells the newest holder of something from an earlier one."""

from __future__ import annotations

from store.tx import Tx


def next_fences(tx: Tx, count: int) -> list[int]:
    """The next `count` fencing numbers; they only ever grow."""
    if tx.dialect == "postgresql":
        rows = tx.all("SELECT nextval('fence') FROM generate_series(1, ?)", (count,))
        return [row[0] for row in rows]
    sql = "UPDATE sequence SET value = value + ? WHERE name = 'fence' RETURNING value"
    last = tx.value(sql, (count,))
    return list(range(last - count + 1, last + 1))
