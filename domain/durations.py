"""Durations as people speak of them: the usual one, the slow one, and how both went over time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from zoneinfo import ZoneInfo

HOUR = 3600


#: A run that has ended: when (UTC epoch seconds), whether it succeeded, the seconds from asked for to begun
#: and those that it took, both None if it never began. A plain tuple: there are some ten thousand at once.
Ended = tuple[float, bool, float | None, float | None]


@dataclass(slots=True)
class Bucket:
    """The runs that ended in the hour or the day from `at` on."""

    at: int
    took: list[float] = field(default_factory=list)
    queued: list[float] = field(default_factory=list)
    runs: int = 0
    failures: int = 0


def percentile(values: Sequence[float], share: float) -> float | None:
    """The value that `share` (0..1) of all reach at most (nearest rank); None of nothing."""
    if not values:
        return None
    return sorted(values)[max(0, ceil(share * len(values)) - 1)]


def by_hour(runs: Iterable[Ended], since: float, until: float) -> list[Bucket]:
    """One bucket for each full hour of UTC that touches [since, until], the empty ones too."""
    first = int(since) // HOUR * HOUR
    return _filled(runs, list(range(first, int(until) + 1, HOUR)))


def by_day(runs: Iterable[Ended], since: float, until: float, zone: ZoneInfo) -> list[Bucket]:
    """One bucket for each date of `zone` that touches [since, until]; days have 23 to 25 hours."""
    midnight = datetime.fromtimestamp(since, zone).replace(hour=0, minute=0, second=0, microsecond=0)
    edges = []
    while midnight.timestamp() <= until:
        edges.append(int(midnight.timestamp()))
        midnight += timedelta(days=1)
    return _filled(runs, edges)


def _filled(runs: Iterable[Ended], edges: Sequence[int]) -> list[Bucket]:
    buckets = [Bucket(edge) for edge in edges]
    # Some ten thousand of them while somebody waits for a page: no call for each.
    for at, good, queued, took in runs:
        if at < edges[0]:
            continue
        bucket = buckets[bisect_right(edges, at) - 1]
        bucket.runs += 1
        if queued is not None:
            bucket.queued.append(queued)
        if not good:
            bucket.failures += 1
        elif took is not None:  # how long a failure took says nothing of how long the work takes
            bucket.took.append(took)
    return buckets
