"""Services and their open runs, as the metrics count them."""

from __future__ import annotations

from typing import Any

from store.tx import Row, Tx

Rows = list[dict[str, Any]]


def services(tx: Tx) -> Rows:
    """Every service of the catalogue that is present, without its long texts."""
    return tx.dicts(
        """SELECT name, title, kind, family, enabled, missing, rule, instances, roles, run_groups, time_limit,
                  accounted_until, paused_at, paused_until, last_start_at, last_success_at, last_failure_at,
                  last_duration, consecutive_failures
           FROM service WHERE present ORDER BY name"""
    )


def open_runs(tx: Tx) -> Rows:
    """(service, waiting, oldest_waiting, running, oldest_start, last_start) where a run has not ended.

    A granted run waits until a worker claims it; until the time of its next try, a run waits for nobody.
    A daemon's hold is no run.
    """
    waits = "CASE WHEN state = 'running' THEN 0 ELSE 1 END"
    since = "CASE WHEN not_before > queued_at THEN not_before ELSE queued_at END"
    columns = f"service, {waits} AS waits, {since} AS since, started_at"
    found = tx.all(
        f"""SELECT service, SUM(waits), MIN(CASE WHEN waits = 1 THEN since END), SUM(1 - waits),
                   MIN(CASE WHEN waits = 0 THEN started_at END), MAX(CASE WHEN waits = 0 THEN started_at END)
            FROM (SELECT {columns} FROM run WHERE state = 'queued' AND trigger <> 'hold'
                  UNION ALL
                  SELECT {columns} FROM run WHERE state IN ('granted', 'running') AND trigger <> 'hold') AS o
            GROUP BY service"""
    )
    return [_open(row) for row in found]


def _open(row: Row) -> dict[str, Any]:
    service, waiting, oldest_waiting, running, oldest_start, last_start = row
    return {
        "service": service,
        "waiting": int(waiting),
        "oldest_waiting": oldest_waiting,
        "running": int(running),
        "oldest_start": oldest_start,
        "last_start": last_start,
    }


def waiting_for_slot(tx: Tx) -> dict[str, int]:
    """Roles (a text with spaces) -> runs that wait for nothing but a slot on a node that has them.

    A run bound to one node is not counted: another node would not help it.
    """
    rows = tx.all(
        """SELECT roles, COUNT(*) FROM run
           WHERE state = 'queued' AND wait_code IN ('slots', 'no_node') AND for_node = '' GROUP BY roles"""
    )
    return {roles: int(count) for roles, count in rows}
