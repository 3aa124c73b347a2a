"""What the tables show at one moment, as plain rows: all that the laws and the oracle know."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from store import database
from store.tx import Tx

Row = Mapping[str, Any]

_RUN = (
    "id", "service", "for_node", "trigger", "state", "planned_at", "queued_at", "not_before", "priority",
    "preempt", "roles", "run_groups", "attempt", "fence", "node", "process_id", "granted_at", "started_at",
    "cancel_at",
)  # fmt: skip
_SERVICE = (
    "name", "title", "kind", "enabled", "present", "rule", "parallel", "misfire", "misfire_window", "overlap",
    "instances", "roles", "run_groups", "accounted_until", "paused_at", "paused_until",
)  # fmt: skip


class Edge(NamedTuple):
    """One change of a run's state, as the database noted it."""

    run_id: int
    before: str | None
    after: str
    old_fence: int | None
    fence: int | None


class Worker(NamedTuple):
    """A process that has not ended."""

    id: int
    node: str
    kind: str
    state: str
    slots: int


@dataclass(frozen=True)
class Seen:
    """One moment. `runs` are those that have not ended, `fresh` all that came since the last look."""

    now: float
    runs: Mapping[int, Row]
    groups: Mapping[int, Mapping[str, bool]]  # run -> group -> held
    services: Mapping[str, Row]
    nodes: Mapping[str, Row]
    processes: Mapping[int, Worker]
    maintenance: Mapping[str, Any] | None
    edges: list[Edge]
    fresh: list[Row]
    last_edge: int
    last_run: int

    def active(self) -> list[Row]:
        """The runs that are granted or running."""
        return [row for row in self.runs.values() if row["state"] != "queued"]

    def waiting(self) -> list[Row]:
        """The runs that are queued."""
        return [row for row in self.runs.values() if row["state"] == "queued"]

    def paused(self, service: str) -> bool:
        """Whether an operator keeps this service from starting now."""
        row = self.services[service]
        return row["paused_at"] is not None and (
            row["paused_until"] is None or row["paused_until"] > self.now
        )


def look(now: float, last: Seen | None) -> Seen:
    """Read everything; what is new is what came after `last`."""
    tx = database.read()
    last_edge, last_run = (last.last_edge, last.last_run) if last else (0, 0)
    edges = tx.all(
        "SELECT seq, run_id, before, after, old_fence, fence FROM model_edge WHERE seq > ? ORDER BY seq",
        (last_edge,),
    )
    moved = bool(edges) or last is None
    groups: dict[int, dict[str, bool]] = defaultdict(dict)
    for run_id, group, held in tx.all("SELECT run_id, run_group, held FROM membership"):
        groups[run_id][group] = bool(held)
    stop = tx.value("SELECT value FROM setting WHERE name = 'maintenance'")
    return Seen(
        now=now,
        runs=_rows(tx, _RUN, "run WHERE ended_at IS NULL", "id"),
        groups=groups,
        services=_rows(tx, _SERVICE, "service", "name"),
        nodes=_rows(tx, ("name", "state", "roles", "services"), "node", "name"),
        processes={
            row[0]: Worker(*row)
            for row in tx.all(
                "SELECT id, node, kind, state, slots FROM process WHERE ended_at IS NULL ORDER BY id"
            )
        },
        maintenance=None if stop is None else json.loads(stop),
        edges=[Edge(*row[1:]) for row in edges],
        fresh=_fresh(tx, last_run) if moved else [],
        last_edge=edges[-1][0] if edges else last_edge,
        last_run=max([last_run, *(row[1] for row in edges if row[2] is None)]),
    )


def _rows(tx: Tx, columns: tuple[str, ...], where: str, key: str) -> dict[Any, Row]:
    rows = tx.all(f"SELECT {', '.join(columns)} FROM {where} ORDER BY {key}")
    found = [dict(zip(columns, row, strict=True)) for row in rows]
    return {row[key]: row for row in found}


def _fresh(tx: Tx, since: int) -> list[Row]:
    return [
        *tx.dicts(
            """SELECT id, service, for_node, trigger, state, planned_at, planned_until, planned_count,
                  merged_into, reason
           FROM run WHERE id > ? ORDER BY id""",
            (since,),
        )
    ]
