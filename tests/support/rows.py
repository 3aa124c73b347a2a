"""Rows of the engine's tables, as tests of its history and health want them."""

from __future__ import annotations

from typing import Any

from store import database
from store.tx import marks


def put(table: str, **values: Any) -> None:
    """Insert one row."""
    sql = f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks(tuple(values))})"
    database.write(lambda tx: tx.run(sql, tuple(values.values())))


def run(id: int, state: str, ended_at: float | None = None, service: str = "mail", **values: Any) -> int:
    """A run with what its state asks for; its id."""
    required: dict[str, Any] = {"trigger": "schedule", "priority": 5, "roles": "master"}
    required |= {"requested_at": 0.0, "queued_at": 0.0}
    if state in ("granted", "running"):
        required |= {"fence": id, "node": "n1"}
    if state == "running":
        required |= {"process_id": 1, "started_at": 1.0}
    if state in ("skipped", "missed"):
        required["reason"] = "paused"
    put("run", **{**required, "id": id, "service": service, "state": state, "ended_at": ended_at, **values})
    return id


def service(name: str, **values: Any) -> None:
    """A service's row."""
    required = {
        **dict.fromkeys(("title", "family", "roles", "run_groups"), ""),
        **{"name": name, "kind": "on_demand", "profile": "core", "present": True, "enabled": True},
        **{"rule": "{}", "options": "{}", "defaults": "{}", "priority": 5, "parallel": 1, "retries": 0},
        **{"misfire": "once", "misfire_window": 60.0, "overlap": "queue_one", "time_limit": 600.0},
        **{"retry_lost": False, "instances": "one"},
    }
    put("service", **{**required, **values})


def node(name: str, state: str = "up", at: float = 0.0) -> None:
    """A node that has been in this state since `at`."""
    words = dict.fromkeys(("incarnation", "roles", "services", "host", "version"), "")
    put("node", name=name, state=state, **words, started_at=at, seen_at=at, state_at=at)


def process(id: int, node: str = "n1", kind: str = "worker", **values: Any) -> None:
    """A process; ended when `ended_at` is given."""
    required = {
        "state": "ended" if values.get("ended_at") is not None else "up",
        **{"name": f"{kind}-{id}", "incarnation": "", "pid": id, "started_at": 0.0, "seen_at": 0.0},
    }
    put("process", id=id, node=node, kind=kind, **{**required, **values})


def ids(table: str, key: str = "id") -> list[Any]:
    """The keys of a table's rows, in order."""
    return [row[0] for row in database.read().all(f"SELECT {key} FROM {table} ORDER BY {key}")]
