"""The task lines of a service: switch, last result, when each is due again, and its history."""

from __future__ import annotations

import json
from collections.abc import Container, Mapping
from typing import Any

from actors.service import Service, Task
from domain.time.clock import rfc3339
from store.run import step
from store.tx import Tx

Shown = dict[str, Any]

#: So many results of a task are shown with one service.
HISTORY = 10


def is_observing(each: Service, live_families: Container[str]) -> bool:
    """Whether what it would do outside is held. Core's own services mail the site's staff all the same."""
    return (
        each.reaches_out and each.family not in live_families and not (each.ours and each.profile == "core")
    )


def task_row(task: Task, known: Mapping[str, Any]) -> Shown:
    """One task as ``tasks`` of the listing has it; `known` is its row, or empty."""
    switch = known.get("enabled")
    return {
        "title": task.title,
        "subtasks": list(task.subtasks),
        "every": task.every.total_seconds() if task.every else None,
        "enabled": task.enabled if switch is None else bool(switch),
        "effect": task.effect,
        "last_state": known.get("last_state"),
    }


def task_more(tx: Tx | None, each: Service, task: Task, known: Mapping[str, Any], now: float) -> Shown:
    """What one service tells beside that: ``next_due_at`` is None for a task that is due."""
    done = known.get("last_done_at")
    due = None if task.every is None or done is None else done + task.every.total_seconds()
    return {
        "time_limit": task.time_limit.total_seconds() if task.time_limit else None,
        "prompt": task.prompt,
        "apart": each.is_apart(task),
        "destroys": bool(known.get("destroys")) if task.effect == "destroy" else None,
        "last_run_id": known.get("last_run_id"),
        "last_at": rfc3339(known.get("last_start_at")),
        "last_done_at": rfc3339(done),
        "next_due_at": rfc3339(due) if due is not None and due > now else None,
        "history": [] if tx is None else task_history(tx, each.name, task.title),
    }


def task_history(tx: Tx, name: str, title: str) -> list[Shown]:
    """The last times the task ran, the newest first."""
    return [
        {
            "run_id": row["run_id"],
            "state": row["state"],
            "counts": json.loads(row["counts"] or "{}"),
            "error": row["error"],
            "started_at": rfc3339(row["started_at"]),
            "ended_at": rfc3339(row["ended_at"]),
        }
        for row in step.history(tx, name, title, HISTORY)
    ]
