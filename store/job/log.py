"""The log of the work queue: jobs that have ended, the last to end first, page by page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from store.job.search import Search
from store.tx import Tx, marks

Rows = list[dict[str, Any]]
#: (when a job ended in epoch seconds, its id): a page goes on after it.
Place = tuple[float, int]

#: A page looks through so many jobs at most, so that a rare word never reads through the whole log.
REACH = 5_000

_NEWEST = """
    FROM job WHERE ended_at IS NOT NULL AND (ended_at, id) < (?, ?)
    ORDER BY ended_at DESC, id DESC LIMIT ?"""
#: After every place.
_TOP: Place = (1e18, 2**63 - 1)


def log(
    tx: Tx, states: Sequence[str], search: Search, limit: int, after: Place | None = None
) -> tuple[Rows, Place | None]:
    """At most `limit` jobs in these final states, and where the next page begins; None after the last."""
    wheres, params = search.wheres()
    start = after or _TOP
    rows = tx.dicts(
        f"""SELECT j.*, NULL AS object_job, NULL AS lane_job, NULL AS ahead_job
            FROM (SELECT * {_NEWEST}) j WHERE j.state IN ({marks(states)}){wheres}
            ORDER BY j.ended_at DESC, j.id DESC LIMIT ?""",
        (*start, REACH, *states, *params, limit + 1),
    )
    if len(rows) > limit:
        last = rows[limit - 1]
        return rows[:limit], (last["ended_at"], last["id"])
    return rows, _end_of_reach(tx, start)


def _end_of_reach(tx: Tx, start: Place) -> Place | None:
    found = tx.all(f"SELECT ended_at, id {_NEWEST} OFFSET ?", (*start, 1, REACH - 1))
    return (found[0][0], found[0][1]) if found else None
