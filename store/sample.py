"""Measured figures over time: each sample, and the lowest, mean and highest of 5 minutes and of hours.

A series is one metric of one object (a mount, a queue, or "") on one node ("" for what is the
whole system's). What falls into a roll-up is condensed again in the transaction of each new
sample: there is no state to lose, a gap stays a gap, and a clock that steps only fills other rows.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

from store.tx import Tx

#: (metric, object, value)
Figure = tuple[str, str, float]

#: The spans of the roll-ups, in seconds. Samples themselves have step 0.
STEPS = (300, 3600)


class Latest(NamedTuple):
    """The newest sample of a series; `at` in epoch seconds."""

    metric: str
    object: str
    at: int
    value: float


class Point(NamedTuple):
    """What a series was in the span that begins at `at`; a sample is a span of its own."""

    at: int
    low: float
    mean: float
    high: float
    samples: int


def add(tx: Tx, node: str, figures: Iterable[Figure], at: float) -> int:
    """Keep what was measured on `node` at `at`, and condense the spans it falls in; how many were kept.

    What is no number (NaN, infinite) is left out; the last of two samples in one second counts.
    """
    values = {(metric, about): value for metric, about, value in figures if math.isfinite(value)}
    ids = _series_ids(tx, node, sorted(values))
    second = int(at)
    tx.many(
        """INSERT INTO sample (series_id, at, value) VALUES (?, ?, ?)
           ON CONFLICT (series_id, at) DO UPDATE SET value = excluded.value""",
        [(ids[key], second, float(values[key])) for key in sorted(values)],
    )
    for step in STEPS:
        condense(tx, node, step, second, second + 1)
    return len(values)


def condense(tx: Tx, node: str, step: int, since: int, until: int) -> None:
    """Make the roll-ups of all spans that touch `since` to `until` (excluded) from their samples.

    Doing it again changes nothing, and samples that are gone by now take nothing away.
    """
    tx.run(
        """INSERT INTO rollup (series_id, step, at, low, mean, high, count)
           SELECT x.series_id, CAST(? AS INTEGER), x.at - x.at % ?,
                  MIN(x.value), AVG(x.value), MAX(x.value), COUNT(*)
           FROM series s JOIN sample x ON x.series_id = s.id
           WHERE s.node = ? AND x.at >= ? AND x.at < ?
           GROUP BY 1, 3
           ORDER BY 1, 3
           ON CONFLICT (series_id, step, at) DO UPDATE
               SET low = excluded.low, mean = excluded.mean, high = excluded.high, count = excluded.count
               WHERE excluded.count >= rollup.count""",
        (step, step, node, since - since % step, until + -until % step),
    )


def latest(tx: Tx, node: str) -> list[Latest]:
    """The newest sample of every series of a node, by metric and object."""
    rows = tx.all(
        """SELECT s.metric, s.object, x.at, x.value
           FROM series s
           JOIN sample x ON x.series_id = s.id AND x.at = (SELECT MAX(at) FROM sample WHERE series_id = s.id)
           WHERE s.node = ? ORDER BY s.metric, s.object""",
        (node,),
    )
    return [Latest(*row) for row in rows]


def series(tx: Tx, node: str, metric: str, object: str, since: float, step: int = 0) -> list[Point]:
    """A series from `since` on, in order of time: its roll-ups of `step` seconds, or 0: its samples.

    Raises ValueError for a step that is not kept.
    """
    if step not in (0, *STEPS):
        raise ValueError(f"step: expected 0 or one of {', '.join(map(str, STEPS))}, got {step}")
    columns, table, only = ("value, value, value, 1", "sample", "")
    if step:
        columns, table, only = ("low, mean, high, count", "rollup", f"AND x.step = {step}")
    rows = tx.all(
        f"""SELECT x.at, {columns} FROM series s JOIN {table} x ON x.series_id = s.id {only}
            WHERE s.node = ? AND s.metric = ? AND s.object = ? AND x.at >= ? ORDER BY x.at""",
        (node, metric, object, math.ceil(since)),
    )
    return [Point(*row) for row in rows]


def _series_ids(tx: Tx, node: str, keys: list[tuple[str, str]]) -> dict[tuple[str, str], int]:
    known = _known(tx, node)
    new = [(node, *key) for key in keys if key not in known]
    if not new:
        return known
    tx.many(
        """INSERT INTO series (node, metric, object) VALUES (?, ?, ?)
           ON CONFLICT (node, metric, object) DO NOTHING""",
        new,
    )
    return _known(tx, node)


def _known(tx: Tx, node: str) -> dict[tuple[str, str], int]:
    rows = tx.all("SELECT metric, object, id FROM series WHERE node = ?", (node,))
    return {(row[0], row[1]): row[2] for row in rows}
