"""How long the runs of a service took and waited, hour by hour or day by day: what its charts draw."""

from __future__ import annotations

from typing import Any

from domain.durations import by_day, by_hour, percentile
from node.site import Site
from store import duration
from store.tx import Tx

Shown = dict[str, Any]

DAY = 86_400.0
#: Up to so many days are shown by the hour.
BY_HOUR = 3


def series(site: Site, tx: Tx, service: str, days: int = 7) -> Shown:
    """``{step, complete, at, runs, p50, p95, queue_p50, queue_p95, failures}``: lists of one length.

    `at`: the beginnings of hours or of local days in UTC epoch seconds (what charts take), oldest first.
    Durations are of runs that succeeded, queue times of all that began, in s; None where there were none.
    `complete` is False when the service has had more runs than are read: the oldest buckets lack some.
    """
    now = site.clock.now()
    since = now - days * DAY
    runs, complete = duration.ended(tx, service, since)
    hourly = days <= BY_HOUR
    buckets = by_hour(runs, since, now) if hourly else by_day(runs, since, now, site.zone)
    return {
        "step": "hour" if hourly else "day",
        "complete": complete,
        "at": [bucket.at for bucket in buckets],
        "runs": [bucket.runs for bucket in buckets],
        **_percentiles("", [bucket.took for bucket in buckets]),
        **_percentiles("queue_", [bucket.queued for bucket in buckets]),
        "failures": [bucket.failures for bucket in buckets],
    }


def _percentiles(prefix: str, values: list[list[float]]) -> Shown:
    return {
        f"{prefix}p50": [percentile(each, 0.5) for each in values],
        f"{prefix}p95": [percentile(each, 0.95) for each in values],
    }
