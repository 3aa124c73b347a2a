"""Measured figures over time: each sample, and the lowest, mean and highest of 5 minutes and of hours.

A series is one metric of one object (a mount, a queue, or "") on one node ("" for what is the
whole system's, `of_server` for a server that is looked at). What falls into a roll-up is condensed
again in the transaction of each new sample: there is no state to lose, a gap stays a gap, and a
clock that steps only fills other rows.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

from store.tx import Tx, marks

#: (metric, object, value)
Figure = tuple[str, str, float]
#: What was measured on a node at a moment (epoch s).
Look = tuple[str, Iterable[Figure], float]
#: (node, metric, object)
Series = tuple[str, str, str]

#: The spans of the roll-ups, in seconds. Samples themselves have step 0.
STEPS = (300, 3600)

#: What a roll-up is made of: table, its rows, and how. An hour's samples would be read with each new one.
_FROM = {
    300: ("sample", "", "MIN(x.value), AVG(x.value), MAX(x.value), COUNT(*)"),
    3600: (
        "rollup",
        "AND step = 300",
        "MIN(x.low), SUM(x.mean * x.count) / SUM(x.count), MAX(x.high), SUM(x.count)",
    ),
}
#: PostgreSQL would rather read a whole table once than each series by its key, while the table is small.
_JOIN = {
    "sqlite": "JOIN {table} x ON x.series_id = s.id AND x.at >= ? AND x.at < ? {rows}",
    "postgresql": """CROSS JOIN LATERAL (
        SELECT * FROM {table} WHERE series_id = s.id AND at >= ? AND at < ? {rows} OFFSET 0) x""",
}
_ARRAYS = "CAST(? AS BIGINT[]), CAST(? AS BIGINT[]), CAST(? AS DOUBLE PRECISION[])"
_AGAIN = "ON CONFLICT (series_id, at) DO UPDATE SET value = excluded.value"


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


def of_server(server_id: int) -> str:
    """The node under which a server's figures stand: its id, as it may get another name."""
    return f"server:{server_id}"


def add(tx: Tx, node: str, figures: Iterable[Figure], at: float) -> int:
    """Keep what was measured on `node` at `at`, and condense the spans it falls in; how many were kept.

    What is no number (NaN, infinite) is left out; the last of two samples in one second counts.
    """
    return add_all(tx, [(node, figures, at)])


def add_all(tx: Tx, looks: Iterable[Look]) -> int:
    """As `add`, for what was measured on many nodes: some fifty in a transaction cost a third of one each."""
    values = {
        (node, metric, about, int(at)): float(value)
        for node, figures, at in looks
        for metric, about, value in figures
        if math.isfinite(value)
    }
    if not values:
        return 0
    ids = _series_ids(tx, sorted({key[:3] for key in values}))
    # In the order of their keys: two that write the same rows must not wait for each other.
    _keep(tx, sorted((ids[key[:3]], key[3], value) for key, value in values.items()))
    seconds = [key[3] for key in values]
    for step in STEPS:
        _condense(tx, sorted({key[0] for key in values}), step, min(seconds), max(seconds) + 1)
    return len(values)


def condense(tx: Tx, node: str, step: int, since: int, until: int) -> None:
    """Make the roll-ups of all spans that touch `since` to `until` (excluded): see `STEPS`.

    Those of 5 minutes come from their samples, those of hours from those of 5 minutes. Doing it again
    changes nothing, and samples that are gone by now take nothing away.
    """
    _condense(tx, [node], step, since, until)


def _condense(tx: Tx, nodes: list[str], step: int, since: int, until: int) -> None:
    table, rows, values = _FROM[step]
    tx.run(
        f"""INSERT INTO rollup (series_id, step, at, low, mean, high, count)
            SELECT x.series_id, CAST(? AS INTEGER), x.at - x.at % ?, {values}
            FROM series s {_JOIN[tx.dialect].format(table=table, rows=rows)}
            WHERE s.node IN ({marks(nodes)})
            GROUP BY 1, 3
            ORDER BY 1, 3
            ON CONFLICT (series_id, step, at) DO UPDATE
                SET low = excluded.low, mean = excluded.mean, high = excluded.high, count = excluded.count
                WHERE excluded.count >= rollup.count""",
        (step, step, since - since % step, until + -until % step, *nodes),
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


def _keep(tx: Tx, rows: list[tuple[int, int, float]]) -> None:
    """The samples, by (series, second, value)."""
    if tx.dialect == "postgresql":  # one statement for all: a row at a time costs three times as much
        columns = [list(column) for column in zip(*rows, strict=True)]
        tx.run(f"INSERT INTO sample (series_id, at, value) SELECT * FROM unnest({_ARRAYS}) {_AGAIN}", columns)
    else:
        tx.many(f"INSERT INTO sample (series_id, at, value) VALUES (?, ?, ?) {_AGAIN}", rows)


def _series_ids(tx: Tx, keys: list[Series]) -> dict[Series, int]:
    nodes = sorted({key[0] for key in keys})
    known = _known(tx, nodes)
    new = [key for key in keys if key not in known]
    if not new:
        return known
    tx.many(
        """INSERT INTO series (node, metric, object) VALUES (?, ?, ?)
           ON CONFLICT (node, metric, object) DO NOTHING""",
        new,
    )
    return _known(tx, nodes)


def _known(tx: Tx, nodes: list[str]) -> dict[Series, int]:
    rows = tx.all(f"SELECT node, metric, object, id FROM series WHERE node IN ({marks(nodes)})", nodes)
    return {(row[0], row[1], row[2]): row[3] for row in rows}
