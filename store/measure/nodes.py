"""Nodes, the processes on them, and daemons, as the metrics count them."""

from __future__ import annotations

from typing import Any

from store import node
from store.tx import Tx

Rows = list[dict[str, Any]]


def nodes(tx: Tx) -> Rows:
    """Every node that has not left, with its slots, those that are busy, and its memory in bytes."""
    memory: dict[str, Any] = dict(
        tx.all("SELECT node, SUM(memory) FROM process WHERE state IN ('up', 'draining') GROUP BY node")
    )
    found = [row for row in node.rows(tx) if row["state"] != "left"]
    return [{**row, "memory": int(memory.get(row["name"]) or 0)} for row in found]


def daemons(tx: Tx) -> Rows:
    """(service, node, running, looping) of the instances of each daemon on each node; node may be None."""
    return tx.dicts(
        """SELECT service, node, SUM(CASE WHEN state = 'running' THEN 1 ELSE 0 END) AS running,
                  SUM(CASE WHEN state = 'crash_loop' THEN 1 ELSE 0 END) AS looping
           FROM daemon GROUP BY service, node ORDER BY service, node"""
    )
