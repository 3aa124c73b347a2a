"""Runs for reading: one, a filtered list, and what belongs to each of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from store.tx import Tx, marks

Rows = list[dict[str, Any]]

#: Ids in one statement; SQLite's own limit is far above it.
AT_ONCE = 500

_OPEN = "id, service, for_node, trigger, state, node, queued_at, granted_at, started_at, cancel_at"


def runs(
    tx: Tx,
    *,
    service: str | None = None,
    states: Sequence[str] = (),
    node: str | None = None,
    trigger: str | None = None,
    outcome: str | None = None,
    since: float | None = None,
    until: float | None = None,
    ended_after: float | None = None,
    before: int | None = None,
    above: int | None = None,
    limit: int = 50,
) -> Rows:
    """The newest first. ``node``: where it runs or is bound to.

    ``since`` and ``until`` are of when it was asked for. ``before``: only runs with a smaller id, to go
    on where a page ended; ``above``: only those with a greater one.
    """
    wheres: list[str] = ["trigger <> 'hold'"]  # a daemon's turns at its groups are no runs
    params: list[Any] = []
    if service is not None:
        wheres.append("service = ?")
        params.append(service)
    if states:
        wheres.append(f"state IN ({marks(states)})")
        params += states
    if node is not None:
        wheres.append("(node = ? OR for_node = ?)")
        params += [node, node]
    for test, value in (
        ("trigger = ?", trigger),
        ("outcome = ?", outcome),
        ("requested_at >= ?", since),
        ("requested_at < ?", until),
        ("ended_at > ?", ended_after),
        ("id < ?", before),
        ("id > ?", above),
    ):
        if value is not None:
            wheres.append(test)
            params.append(value)
    where = " AND ".join(wheres)
    return tx.dicts(f"SELECT * FROM run WHERE {where} ORDER BY id DESC LIMIT ?", (*params, limit))


def by_id(tx: Tx, run_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """These runs by id; those that do not exist are missing."""
    return {row["id"]: row for row in _of(tx, "SELECT * FROM run WHERE id IN ({})", run_ids)}


def states(tx: Tx, run_ids: Sequence[int]) -> dict[int, str]:
    """The state of each of these runs."""
    rows = _of(tx, "SELECT id, state FROM run WHERE id IN ({})", run_ids)
    return {row["id"]: row["state"] for row in rows}


def attempts(tx: Tx, run_ids: Sequence[int]) -> dict[int, Rows]:
    """The attempts of each run that have ended, in order."""
    return _grouped(_of(tx, "SELECT * FROM attempt WHERE run_id IN ({}) ORDER BY run_id, n", run_ids))


def steps(tx: Tx, run_ids: Sequence[int]) -> dict[int, Rows]:
    """The steps of each run, in order."""
    return _grouped(_of(tx, "SELECT * FROM run_step WHERE run_id IN ({}) ORDER BY run_id, n", run_ids))


def latest(tx: Tx, service: str) -> int | None:
    """The newest run of a service that was started, else its newest run of all."""
    found = tx.value("SELECT MAX(id) FROM run WHERE service = ? AND attempt > 0", (service,))
    if found is None:
        found = tx.value("SELECT MAX(id) FROM run WHERE service = ?", (service,))
    return None if found is None else int(found)


def open_runs(tx: Tx) -> dict[str, Rows]:
    """Every run that has not ended, by service, the one that has waited longest first."""
    found: dict[str, Rows] = defaultdict(list)
    for row in tx.dicts(
        # Each half by a partial index of its own; asked for together, all of history is read.
        f"""SELECT {_OPEN} FROM run WHERE state = 'queued'
            UNION ALL SELECT {_OPEN} FROM run WHERE state IN ('granted', 'running')
            ORDER BY queued_at, id"""
    ):
        found[row["service"]].append(row)
    return found


def waiting_of_groups(tx: Tx) -> Rows:
    """(run_group, run, service, …) of every run that waits with a group, and of those that hold one."""
    return tx.dicts(
        """SELECT m.run_group, m.held, r.id, r.service, r.trigger, r.state, r.node, r.for_node, r.priority,
                  r.preempt, r.queued_at, COALESCE(r.started_at, r.granted_at) AS since, r.granted_at,
                  r.run_groups
           FROM membership m JOIN run r ON r.id = m.run_id ORDER BY m.run_group, r.id"""
    )


def _of(tx: Tx, sql: str, run_ids: Sequence[int]) -> Rows:
    found: Rows = []
    for start in range(0, len(run_ids), AT_ONCE):
        some = run_ids[start : start + AT_ONCE]
        found += tx.dicts(sql.format(marks(some)), some)
    return found


def _grouped(rows: Rows) -> dict[int, Rows]:
    grouped: dict[int, Rows] = defaultdict(list)
    for row in rows:
        grouped[row["run_id"]].append(row)
    return grouped
