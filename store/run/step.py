"""Steps: the results of a run's parts, and when each was last done."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from store.tx import Tx


def begin(tx: Tx, run_id: int, n: int, service: str, title: str, now: float) -> None:
    """A step of a run starts; a new attempt starts it anew."""
    tx.run(
        """INSERT INTO run_step (run_id, n, service, title, state, started_at)
           VALUES (?, ?, ?, ?, 'running', ?)
           ON CONFLICT (run_id, n) DO UPDATE SET service = excluded.service, title = excluded.title,
               state = 'running', counts = NULL, error = NULL, started_at = excluded.started_at,
               ended_at = NULL""",
        (run_id, n, service, title, now),
    )


def end(
    tx: Tx,
    run_id: int,
    n: int,
    service: str,
    title: str,
    *,
    state: str,
    now: float,
    counts: Mapping[str, float] | None = None,
    error: str | None = None,
) -> None:
    """A step ended, or was not begun (``not_due``, ``off``); one that was handed over stays so."""
    tx.run(
        """INSERT INTO run_step (run_id, n, title, state, counts, error, started_at, ended_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT (run_id, n) DO UPDATE SET state = excluded.state, counts = excluded.counts,
               error = excluded.error, ended_at = excluded.ended_at
           WHERE run_step.state <> 'apart'""",
        (run_id, n, title, state, json.dumps(dict(counts)) if counts else None, error, now, now),
    )
    if state in ("not_due", "off"):
        return
    tx.run(
        """INSERT INTO step (service, title, last_state, last_run_id, last_start_at, last_done_at)
           VALUES (?, ?, ?, ?, ?, ?)
           ON CONFLICT (service, title) DO UPDATE SET last_state = excluded.last_state,
               last_run_id = excluded.last_run_id, last_start_at = excluded.last_start_at,
               last_done_at = COALESCE(excluded.last_done_at, step.last_done_at)""",
        (service, title, state, run_id, now, now if state == "done" else None),
    )


def hand_over(tx: Tx, run_id: int, n: int, title: str, own_run: int, now: float) -> None:
    """A step is carried out by a run of its own: in this run it has the state ``apart``."""
    tx.run(
        """INSERT INTO run_step (run_id, n, title, state, own_run, started_at, ended_at)
           VALUES (?, ?, ?, 'apart', ?, ?, ?)
           ON CONFLICT (run_id, n) DO UPDATE SET state = 'apart', own_run = excluded.own_run,
               service = NULL""",
        (run_id, n, title, own_run, now, now),
    )


def states(tx: Tx, service: str | None = None) -> dict[tuple[str, str], dict[str, Any]]:
    """(service, title) -> switch, last state and last times, of one service or all."""
    where, params = ("WHERE service = ?", (service,)) if service else ("", ())
    return {(row["service"], row["title"]): row for row in tx.dicts(f"SELECT * FROM step {where}", params)}


def switch(tx: Tx, service: str, title: str, on: bool | None) -> None:
    """Carry out a task of a service or leave it out; None: as the code says."""
    tx.run(
        """INSERT INTO step (service, title, enabled) VALUES (?, ?, ?)
           ON CONFLICT (service, title) DO UPDATE SET enabled = excluded.enabled""",
        (service, title, on),
    )


def history(tx: Tx, service: str, title: str, limit: int) -> list[dict[str, Any]]:
    """The last times a step ran, the newest first: run_id, state, counts, error, started_at, ended_at."""
    return tx.dicts(
        """SELECT run_id, state, counts, error, started_at, ended_at FROM run_step
           WHERE service = ? AND title = ? ORDER BY run_id DESC LIMIT ?""",
        (service, title, limit),
    )


def of_run(tx: Tx, run_id: int) -> list[dict[str, Any]]:
    """The steps of one run, in order."""
    return tx.dicts("SELECT * FROM run_step WHERE run_id = ? ORDER BY n", (run_id,))
