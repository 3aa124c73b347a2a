"""Counters and histograms that survive restarts: raised in the transaction of what they count."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from store.tx import FLOAT, Statement, Tx

#: Upper bounds in seconds; the last bucket is open.
DURATION_BUCKETS = (0.1, 1, 5, 15, 60, 300, 1200)
QUEUE_BUCKETS = (0.05, 0.5, 2, 10, 60, 300, 1800)
LATENESS_BUCKETS = (0.5, 2, 10, 60, 300, 1800, 7200)

#: (service, metric, label, by how much)
Raise = tuple[str, str, str, float]


def observed(service: str, metric: str, seconds: float, bounds: Sequence[float]) -> list[Raise]:
    """What one observation raises: its bucket (label: the upper bound, "+Inf" last) and the sum."""
    place = bisect_left(bounds, seconds)
    label = f"{bounds[place]:g}" if place < len(bounds) else "+Inf"
    return [(service, metric, label, 1.0), (service, metric, "sum", max(0.0, seconds))]


def held(groups: str, seconds: float) -> list[Raise]:
    """What it raises that these groups (names with spaces between) were held so long and are free now."""
    return [("", "run_group_held", group, max(0.0, seconds)) for group in groups.split()]


def raised(tx: Tx, raises: Sequence[Raise]) -> Statement:
    """Raise all of these in one statement; rows are touched in order of their keys."""
    sums: dict[tuple[str, str, str], float] = {}
    for service, metric, label, value in raises:
        key = (service, metric, label)
        sums[key] = sums.get(key, 0.0) + value
    rows, values = tx.table(("text", "text", "text", FLOAT), [(*key, sums[key]) for key in sorted(sums)])
    return (
        f"""INSERT INTO tally (service, metric, label, value) {rows}
            ON CONFLICT (service, metric, label) DO UPDATE SET value = tally.value + excluded.value""",
        values,
    )


def add(tx: Tx, raises: Sequence[Raise]) -> None:
    """Raise counters."""
    if raises:
        tx.later(*raised(tx, raises))


def values(tx: Tx, metric: str) -> dict[tuple[str, str], float]:
    """(service, label) -> value of one metric."""
    rows = tx.all("SELECT service, label, value FROM tally WHERE metric = ?", (metric,))
    return {(service, label): value for service, label, value in rows}


def everything(tx: Tx) -> dict[str, dict[str, dict[str, float]]]:
    """metric -> service -> label -> value, of all that is counted."""
    found: dict[str, dict[str, dict[str, float]]] = {}
    for service, metric, label, value in tx.all("SELECT service, metric, label, value FROM tally"):
        found.setdefault(metric, {}).setdefault(service, {})[label] = value
    return found
