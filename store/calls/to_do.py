"""Batches of calls that a sum has not taken in yet, and the parts of days that it must make anew.

Each sum has a mark on the batch: ``is_summed`` of the summary, ``is_counted`` of the counters of days. The
mark is set in the transaction of the sum itself, so that nothing is taken in twice. Batches are looked for
by their marks and not by a highest number, since a smaller number may be committed later.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from store.tx import Tx, marks

Mark = Literal["is_summed", "is_counted"]

#: Days whose calls are all in the table: only their sums can be made anew.
WHOLE = ("open", "rerating")

#: Batches that are looked at in one go.
_MOST = 500


class Batches(NamedTuple):
    """`added`: their calls are new; `changed`: they say which parts of days must be made anew."""

    added: tuple[int, ...]
    changed: tuple[int, ...]
    legs: int

    @property
    def ids(self) -> tuple[int, ...]:
        return self.added + self.changed


def take(tx: Tx, mark: Mark, most: int) -> Batches:
    """Mark the oldest batches, of `most` legs together and at least one, as taken in."""
    rows = tx.all(
        f"""SELECT id, kind, legs FROM rating_batch WHERE state = 'done' AND NOT {mark}
            ORDER BY id LIMIT {_MOST}{tx.for_update("rating_batch")}"""
    )
    added: list[int] = []
    changed: list[int] = []
    legs = 0
    for batch_id, kind, size in rows:
        if legs and legs + size > most:
            break
        (added if kind == "rate" else changed).append(batch_id)
        legs += size
    taken = Batches(tuple(added), tuple(changed), legs)
    if taken.ids:
        tx.run(f"UPDATE rating_batch SET {mark} = TRUE WHERE id IN ({marks(taken.ids)})", taken.ids)
    return taken


def outside(mark: Mark) -> str:
    """The condition that a row of `xdr` belongs to a batch that is taken in, or was never to be.

    It stands in the statement that reads the rows: a batch that is added meanwhile is then either seen
    with its rows or not at all.
    """
    return f"""batch_id NOT IN (SELECT id FROM rating_batch WHERE state = 'open' UNION ALL
                                SELECT id FROM rating_batch WHERE state = 'done' AND NOT {mark})"""


def dirty(tx: Tx, batch_ids: Sequence[int]) -> dict[int, list[int]]:
    """Day → the clients whose part of it these batches have changed; only days that are `WHOLE`."""
    if not batch_ids:
        return {}
    rows = tx.all(
        f"""SELECT DISTINCT d.day, d.client_id FROM summary_dirty d LEFT JOIN call_day c ON c.day = d.day
            WHERE d.batch_id IN ({marks(batch_ids)}) AND (c.state IS NULL OR c.state IN ({marks(WHOLE)}))
            ORDER BY 1, 2""",
        (*batch_ids, *WHOLE),
    )
    found: dict[int, list[int]] = {}
    for day, client in rows:
        found.setdefault(day, []).append(client)
    return found


def forget(tx: Tx, batch_ids: Sequence[int]) -> None:
    """Drop what these batches say of days, once both sums have taken them in."""
    if batch_ids:
        tx.run(
            f"""DELETE FROM summary_dirty WHERE batch_id IN (
                    SELECT id FROM rating_batch
                    WHERE id IN ({marks(batch_ids)}) AND is_summed AND is_counted)""",
            batch_ids,
        )


def left(tx: Tx, mark: Mark) -> int:
    """How many batches wait for this sum."""
    return int(tx.value(f"SELECT COUNT(*) FROM rating_batch WHERE state = 'done' AND NOT {mark}"))
