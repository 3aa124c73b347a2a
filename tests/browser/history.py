"""A month of runs that never were, written straight into a site's tables: only pictures are made of them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from domain.time.planned import planned_times
from domain.time.rule import Daemon
from node.site import Site
from store import database
from store.tx import Tx

RUN = """INSERT INTO run (service, trigger, state, planned_at, requested_at, queued_at, granted_at,
                          started_at, ended_at, node, outcome, error, priority, roles, fence, run_groups)
         VALUES (?, 'schedule', ?, ?, ?, ?, ?, ?, ?, 'n1', ?, ?, 5, 'master', 0, ?)"""
SERVICE = """UPDATE service SET last_start_at = ?, last_end_at = ?, last_outcome = ?, last_duration = ?,
                                last_success_at = ?, consecutive_failures = ? WHERE name = ?"""
DAYS = 1.0


def write_history(site: Site, plan: Sequence[tuple[Any, ...]], now: float) -> None:
    """Runs of the last day for each (title, schedule, groups, seconds, share that fails) of `plan`."""
    rolled = random.Random(7)
    database.write(lambda tx: [_service(tx, site, each, now, rolled) for each in plan])


def _service(tx: Tx, site: Site, each: tuple[Any, ...], now: float, rolled: random.Random) -> None:
    title, rule, groups, seconds, share = each
    if isinstance(rule, Daemon):
        return
    name = title.lower().replace(" ", "_")
    rows = []
    for planned in planned_times(rule, int(now - 86400 * DAYS), int(now) - 60, site.zone):
        queued = planned.at + rolled.uniform(0.05, 0.4)
        start = queued + (rolled.expovariate(1 / 25) if groups and rolled.random() < 0.3 else 0.05)
        end = start + seconds * rolled.lognormvariate(0, 0.25)
        failed = rolled.random() < share
        outcome, error = (
            ("failed", "the server closed the connection in the middle of a file")
            if failed
            else ("done", None)
        )
        state = "failed" if failed else "succeeded"
        at = (planned.at, queued, queued, start, start, end)
        rows.append((name, state, *at, outcome, error, " ".join(groups)))
    tx.many(RUN, rows)
    if rows:
        last = rows[-1]
        failures = next((n for n, row in enumerate(reversed(rows)) if row[1] != "failed"), len(rows))
        tx.run(SERVICE, (last[6], last[7], last[8], last[7] - last[6], last[7], failures, name))
