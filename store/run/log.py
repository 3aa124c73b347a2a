"""The lines a run wrote, by run and number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from store.tx import FLOAT, Tx

#: (run, number, at, level, text)
Line = tuple[int, int, float, str, str]

#: Of a long log the first and the last so many lines are kept; numbers tell what lay between.
HEAD, TAIL = 5_000, 5_000
#: So many lines pile up between before they are dropped, so that it is not done at every write.
_SLACK = 500
#: So many lines are written by one statement.
_AT_ONCE = 1_000

_TYPES = ("bigint", "integer", FLOAT, "text", "text")


def write(tx: Tx, lines: Sequence[Line]) -> None:
    """Keep lines; one written twice after an unclear commit stays once. Drops the middle of long logs."""
    for start in range(0, len(lines), _AT_ONCE):
        rows, values = tx.table(_TYPES, lines[start : start + _AT_ONCE])
        tx.later(
            f"INSERT INTO run_log (run_id, n, at, level, text) {rows} ON CONFLICT (run_id, n) DO NOTHING",
            values,
        )
    _drop_middles(tx, lines)


def _drop_middles(tx: Tx, lines: Sequence[Line]) -> None:
    first: dict[int, int] = {}
    last: dict[int, int] = {}
    for run_id, number, *_ in lines:
        first[run_id] = min(number, first.get(run_id, number))
        last[run_id] = max(number, last.get(run_id, number))
    for run_id, newest in last.items():
        if newest > HEAD + TAIL + _SLACK and newest // _SLACK > (first[run_id] - 1) // _SLACK:
            sql = "DELETE FROM run_log WHERE run_id = ? AND n > ? AND n <= ?"
            tx.later(sql, (run_id, HEAD, newest - TAIL))


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
