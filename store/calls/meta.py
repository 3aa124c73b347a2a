"""Meta info: what each day of calls holds, counted without reading the calls of days that did not change.

`call_day`: `legs` in the table (and in the archive of an archived day), of them `rated` and `mismatched`;
`fresh` ones are read but not rated yet; `rerating` ones lie in days that a rerating has yet to do.
"""

from __future__ import annotations

from typing import NamedTuple

from store.calls import day_state, to_do, turn
from store.tx import Row, Tx

SUMS = ("legs", "rated", "mismatched", "volume", "billed")
TURN = "calls_meta_turn"

_COUNTED = """
    SELECT day, COUNT(*), SUM(CASE WHEN reason = 0 THEN 1 ELSE 0 END),
           SUM(CASE WHEN reason = 0 THEN 0 ELSE 1 END), SUM(volume), SUM(billed)
    FROM xdr WHERE {where} GROUP BY day ORDER BY day"""

_RERATING = """
    CASE WHEN EXISTS (SELECT 1 FROM rerating r WHERE r.state IN ('waiting', 'running')
                      AND call_day.day BETWEEN r.next_day AND r.last_day) THEN legs ELSE 0 END"""


class Counted(NamedTuple):
    """What one transaction took in: batches, their legs, and the days counted anew."""

    batches: int
    legs: int
    days: int


def count(tx: Tx, fence: int, now: float, most: int) -> Counted:
    """Take in the oldest batches, of `most` legs together and at least one.

    Raises TurnLost when a run with a later fence has begun.
    """
    turn.take(tx, TURN, fence, now)
    taken = to_do.take(tx, "is_counted", most)
    if taken.added:
        where = f"batch_id IN ({', '.join('?' * len(taken.added))})"
        for row in tx.all(_COUNTED.format(where=where), taken.added):
            _write(tx, row, now, anew=False)
    dirty = to_do.dirty(tx, taken.changed)
    for day in dirty:
        where = f"day = ? AND {to_do.outside('is_counted')}"
        _write(tx, tx.one(_COUNTED.format(where=where), (day,)) or (day, 0, 0, 0, 0, 0), now, anew=True)
    to_do.forget(tx, taken.changed)
    return Counted(len(taken.ids), taken.legs, len(dirty))


def look_ahead(tx: Tx, now: float) -> None:
    """Bring the counts of what is still to be done up to date: not rated yet, and to be rated again."""
    fresh = {int(row[0]): int(row[1]) for row in tx.all(_FRESH)}
    day_state.known(tx, tuple(sorted(fresh)), now)
    said = {row[0]: row[1] for row in tx.all("SELECT day, fresh FROM call_day WHERE fresh <> 0")}
    for day in sorted({*fresh, *said}):
        if fresh.get(day, 0) != said.get(day, 0):
            tx.run(
                "UPDATE call_day SET fresh = ?, counted_at = ? WHERE day = ?", (fresh.get(day, 0), now, day)
            )
    tx.run(f"UPDATE call_day SET rerating = {_RERATING} WHERE rerating <> {_RERATING}")


#: A chunk counts for the day of its first leg: what is read is rated within seconds.
_FRESH = "SELECT first_at / 86400, SUM(legs) FROM xdr_chunk GROUP BY 1"


def _write(tx: Tx, row: Row, now: float, *, anew: bool) -> None:
    day, *sums = (int(value) for value in row)
    day_state.known(tx, (day,), now)
    values = ", ".join(f"{name} = ?" if anew else f"{name} = {name} + ?" for name in SUMS)
    tx.run(f"UPDATE call_day SET {values}, counted_at = ? WHERE day = ?", (*sums, now, day))
