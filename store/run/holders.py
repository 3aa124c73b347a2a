"""Who had what a run waited for: runs that ended while it stood in line."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from store.tx import Tx

#: So many runs that ended meanwhile are looked at, the last ones.
REACH = 500
#: Nodes' clocks differ; the end that let a run start may be stamped so many seconds after its grant.
SLACK = 0.5


class Holder(NamedTuple):
    """A run that held some of these groups, or was the same service's, until `ended_at` (epoch seconds)."""

    run: int
    service: str
    groups: tuple[str, ...]
    ended_at: float


def held_meanwhile(
    tx: Tx, run_id: int, service: str, groups: Collection[str], since: float, until: float, most: int = 5
) -> list[Holder]:
    """The last to end before `until` first; those of the same service that shared no group have none."""
    rows = tx.all(
        """SELECT id, service, run_groups, ended_at FROM run
           WHERE ended_at >= ? AND ended_at <= ? AND started_at IS NOT NULL
           ORDER BY ended_at DESC LIMIT ?""",
        (since, until + SLACK, REACH),
    )
    found = []
    for number, name, text, ended_at in rows:
        shared = tuple(group for group in text.split() if group in groups)
        if number != run_id and (shared or name == service):
            found.append(Holder(number, name, shared, ended_at))
    return found[:most]
