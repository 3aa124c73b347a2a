"""A service on each of its nodes: how it is there, its last run, and what a daemon's process said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain.time.clock import rfc3339
from node.site import Site
from store import node
from store.run import lookup
from store.tx import Tx
from web.shown import services

Shown = dict[str, Any]

#: How many of its newest runs are looked at to find the last one of each node.
LOOK_BACK = 300


def nodes_of(site: Site, tx: Tx, name: str) -> list[Shown]:
    """A line for each node that may run it and has not left, by name; for a daemon one for each instance.

    Each has node (None: not placed yet), state, last_run_at, last_outcome, last_duration (s),
    next_due_at, restarts, last_words (of a crash loop, else None). Raises KeyError.
    """
    shown = services.one(site, tx, name)
    if shown["kind"] == "daemon":
        return [_instance(each) for each in shown["processes"]]
    last: dict[str, Shown] = {}
    for run in lookup.runs(tx, service=name, limit=LOOK_BACK):
        if run["started_at"] is not None or run["state"] in ("queued", "granted"):
            last.setdefault(run["node"] or run["for_node"] or "", run)
    roles = set(shown["allowed_nodes"])
    rows = [row for row in node.rows(tx) if row["state"] != "left" and roles & set(row["roles"].split())]
    return [_on_node(row, last.get(row["name"], {}), shown) for row in rows]


def _on_node(row: Mapping[str, Any], run: Mapping[str, Any], shown: Mapping[str, Any]) -> Shown:
    """What its last run there says; a node that is not up says so itself."""
    busy = {"running": "running", "queued": "waiting", "granted": "waiting"}.get(run.get("state", ""), "idle")
    began, ended = run.get("started_at"), run.get("ended_at")
    return {
        "node": row["name"],
        "state": busy if row["state"] == "up" else row["state"],
        "last_run_at": rfc3339(began),
        "last_outcome": (run.get("outcome") or run["state"]) if ended is not None else None,
        "last_duration": ended - began if ended is not None and began is not None else None,
        "next_due_at": shown["next_due_at"] if shown["instances"] == "each" else None,
        "restarts": None,
        "last_words": None,
    }


def _instance(each: Mapping[str, Any]) -> Shown:
    looping = each["state"] in ("crash_loop", "backing_off")
    return {
        "node": each["node"],
        "state": each["state"],
        "last_run_at": each["since"],
        "last_outcome": each["last_end"],
        "last_duration": None,
        "next_due_at": each["next_start_at"],
        "restarts": each["restarts"],
        "last_words": each["last_words"] if looping else None,
    }
