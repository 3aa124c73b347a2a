"""The lines a run wrote, by run and number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from store.tx import Tx

#: (run, number, at, level, text)
Line = tuple[int, int, float, str, str]


def write(tx: Tx, lines: Sequence[Line]) -> None:
    """Keep lines; one written twice after an unclear commit stays once."""
    tx.many(
        """INSERT INTO run_log (run_id, n, at, level, text) VALUES (?, ?, ?, ?, ?)
           ON CONFLICT (run_id, n) DO NOTHING""",
        lines,
    )


def read(tx: Tx, run_id: int, after: int = 0, limit: int = 2**31) -> list[dict[str, Any]]:
    """The first `limit` lines of a run whose number is above `after`."""
    return tx.dicts(
        "SELECT n, at, level, text FROM run_log WHERE run_id = ? AND n > ? ORDER BY n LIMIT ?",
        (run_id, after, limit),
    )


def edges(tx: Tx, run_id: int, until: int) -> list[dict[str, Any]]:
    """The lines up to number `until` that tell of the start or end of an attempt."""
    return tx.dicts(
        """SELECT n, at, level, text FROM run_log
           WHERE run_id = ? AND n <= ? AND (text LIKE 'start: %' OR text LIKE 'end: %') ORDER BY n""",
        (run_id, until),
    )


def next_number(tx: Tx, run_id: int) -> int:
    """The number of the next line: an attempt goes on where the last one stopped."""
    return int(tx.value("SELECT COALESCE(MAX(n), 0) + 1 FROM run_log WHERE run_id = ?", (run_id,)))
