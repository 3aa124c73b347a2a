"""What servers said when they were read last: whether they could be, and the counters to compare with."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from domain.monitoring.figures import Counters
from store.tx import Tx

#: Counters younger than this (s) stay: a rate over less is the noise of two clocks.
SHORTEST = 20.0


@dataclass(frozen=True, slots=True)
class Said:
    """One reading: when (epoch s), whether it worked, in words what did not, and the counters it told."""

    server_id: int
    at: float
    good: bool
    text: str = ""
    counters: Counters | None = None


def counters(tx: Tx) -> dict[int, Counters]:
    """server -> the counters of an earlier reading."""
    rows = tx.all("SELECT server_id, counted_at, up, counters FROM server_state WHERE counted_at IS NOT NULL")
    return {
        server: Counters(
            at, up, {(metric, about): (value, bits) for metric, about, value, bits in json.loads(text)}
        )
        for server, at, up, text in rows
    }


def keep(tx: Tx, readings: Iterable[Said]) -> None:
    """Keep what servers said; one that failed leaves the counters as they are."""
    told = sorted(readings, key=lambda each: each.server_id)
    tx.many(
        """INSERT INTO server_state (server_id, read_at, good, good_since, text) VALUES (?, ?, ?, ?, ?)
           ON CONFLICT (server_id) DO UPDATE SET read_at = excluded.read_at, text = excluded.text,
               good_since = CASE WHEN server_state.good = excluded.good
                                 THEN server_state.good_since ELSE excluded.good_since END,
               good = excluded.good
           WHERE server_state.read_at <= excluded.read_at""",
        [(each.server_id, each.at, each.good, each.at, each.text) for each in told],
    )
    tx.many(
        """UPDATE server_state SET counted_at = ?, up = ?, counters = ?
           WHERE server_id = ? AND (counted_at IS NULL OR counted_at > ? OR counted_at <= ?)""",
        [
            (
                each.counters.at,
                each.counters.up,
                _text(each.counters),
                each.server_id,
                each.at,
                each.at - SHORTEST,
            )
            for each in told
            if each.counters is not None
        ],
    )


def _text(counted: Counters) -> str:
    return json.dumps([[*name, *value] for name, value in sorted(counted.values.items())])
