"""Nodes: their state, slots and processes."""

from __future__ import annotations

from typing import Any

from domain.time.clock import rfc3339
from store import node, process
from store.tx import Tx

Shown = dict[str, Any]


def listing(tx: Tx) -> list[Shown]:
    """Every node that ever joined, by name, with the processes it runs now."""
    processes: dict[str, list[Shown]] = {}
    for row in process.details(tx):
        processes.setdefault(row["node"], []).append(_process(row))
    return [
        {
            "name": row["name"],
            "state": row["state"],
            "state_since": rfc3339(row["state_at"]),
            "drain_until": rfc3339(row["drain_until"]),
            "roles": row["roles"].split(),
            "services": row["services"].split(),
            "slots": int(row["slots"]),
            "busy": int(row["busy"]),
            "host": row["host"],
            "version": row["version"],
            "started_at": rfc3339(row["started_at"]),
            "seen_at": rfc3339(row["seen_at"]),
            "processes": processes.get(row["name"], []),
        }
        for row in node.rows(tx)
    ]


def _process(row: Shown) -> Shown:
    return {
        "kind": row["kind"],
        "name": row["name"],
        "pid": row["pid"],
        "state": row["state"],
        "slots": row["slots"],
        "memory": row["memory"],
        "started_at": rfc3339(row["started_at"]),
        "seen_at": rfc3339(row["seen_at"]),
    }
