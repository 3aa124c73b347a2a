"""How long runs take and wait: of all services what is usual, of one service its course over time.

Runs of a step that is apart are none of these: they would say nothing of the service's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from domain.durations import Ended, percentile
from store.run.recent import newest
from store.run.since import LONGEST, older_than
from store.tx import Tx

#: Of how many succeeded runs the usual duration is made.
RUNS = 20
#: So many runs of one service are read at most, the newest.
MOST = 50_000

_TIMES = "r.ended_at - r.started_at, r.started_at - r.queued_at"
_SUCCEEDED = "state = 'succeeded' AND started_at IS NOT NULL AND trigger <> 'hold' AND NOT apart"


class Usual(NamedTuple):
    """Median and 95th percentile of the duration, and of the time from asked for to begun, in s."""

    p50: float
    p95: float
    queue_p50: float
    queue_p95: float
    runs: int


def usual(tx: Tx, names: Sequence[str], runs: int = RUNS) -> dict[str, Usual]:
    """Of the last `runs` succeeded runs of each service; one without any is missing. One statement."""
    took: dict[str, list[float]] = {}
    queued: dict[str, list[float]] = {}
    for name, seconds, waited in newest(tx, names, _TIMES, _SUCCEEDED, runs):
        took.setdefault(name, []).append(max(0.0, seconds))
        queued.setdefault(name, []).append(max(0.0, waited))
    return {
        name: Usual(
            p50=percentile(took[name], 0.5) or 0.0,
            p95=percentile(took[name], 0.95) or 0.0,
            queue_p50=percentile(queued[name], 0.5) or 0.0,
            queue_p95=percentile(queued[name], 0.95) or 0.0,
            runs=len(took[name]),
        )
        for name in took
    }


def ended(tx: Tx, service: str, since: float, most: int = MOST) -> tuple[list[Ended], bool]:
    """The service's runs that ended since then (UTC epoch seconds), the newest first; and if that is all.

    Runs that succeeded, failed or were lost: others say nothing of its work. A run that took longer
    than `LONGEST` from asked for to its end may be missing.
    """
    rows = tx.all(
        # `+ 0`: by the service alone; PostgreSQL would also read the index of all that ended since then.
        f"""SELECT ended_at, state = 'succeeded',
                   {_span("queued_at", "started_at")}, {_span("started_at", "ended_at")}
            FROM run
            WHERE service = ? AND id > ({older_than()}) AND ended_at + 0 >= ?
              AND state IN ('succeeded', 'failed', 'lost') AND trigger <> 'hold' AND NOT apart
            ORDER BY id DESC LIMIT ?""",
        (service, since - LONGEST, since, most + 1),
        long=True,
    )
    return rows[:most], len(rows) <= most


def _span(begin: str, end: str) -> str:
    """SQL for the seconds between two columns: 0.0 where a clock was set back, NULL if one is."""
    return f"CASE WHEN {end} < {begin} THEN 0.0 ELSE {end} - {begin} END"
