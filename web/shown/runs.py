"""Runs as ``runs --json`` shows them (contract §2)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from coordinator.sentence import Explained, explain_all
from domain.run_state import STATES
from domain.time.clock import rfc3339
from node.site import Site
from store.run import lookup
from store.tx import Tx
from web.shown.waits import sentence_of

Shown = dict[str, Any]

__all__ = ["STATES", "listing", "one", "shown"]


def listing(
    site: Site,
    tx: Tx,
    *,
    service: str | None = None,
    states: Sequence[str] = (),
    node: str | None = None,
    trigger: str | None = None,
    outcome: str | None = None,
    since: float | None = None,
    until: float | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[Shown]:
    """The newest runs first; `since` and `until` in epoch seconds, `before` a run's id."""
    rows = lookup.runs(
        tx,
        service=service,
        states=states,
        node=node,
        trigger=trigger,
        outcome=outcome,
        since=since,
        until=until,
        before=before,
        limit=limit,
    )
    return shown(site, tx, rows)


def one(site: Site, tx: Tx, run_id: int) -> Shown | None:
    """One run, with what its listing leaves out: message, counts and who asked. None: there is none."""
    row = lookup.by_id(tx, [run_id]).get(run_id)
    if row is None:
        return None
    return shown(site, tx, [row])[0] | {
        "message": row["message"],
        "counts": json.loads(row["counts"]) if row["counts"] else {},
        "requested_by": row["requested_by"],
        "run_groups": row["run_groups"].split(),
        "allowed_nodes": row["roles"].split(),
        "preempt": bool(row["preempt"]),
    }


def shown(site: Site, tx: Tx, rows: Sequence[Mapping[str, Any]]) -> list[Shown]:
    """These rows of the table, as the contract says."""
    ids = [row["id"] for row in rows]
    waits = any(row["state"] == "queued" for row in rows)
    explained = explain_all(tx, site.rules, site.clock.now(), site.zone) if waits else {}
    attempts = lookup.attempts(tx, ids)
    steps = lookup.steps(tx, ids)
    merged_into = [row["merged_into"] for row in rows if row["merged_into"] is not None]
    ends = lookup.states(tx, sorted(set(merged_into)))
    return [_run(row, explained, attempts.get(row["id"], []), steps.get(row["id"], []), ends) for row in rows]


def _run(
    row: Mapping[str, Any],
    explained: Mapping[int, Explained],
    attempts: Sequence[Mapping[str, Any]],
    steps: Sequence[Mapping[str, Any]],
    ends: Mapping[int, str],
) -> Shown:
    times = ("planned_at", "planned_until", "requested_at", "granted_at", "started_at", "ended_at")
    return {
        "id": row["id"],
        "service": row["service"],
        "trigger": row["trigger"],
        **{key: rfc3339(row[key]) for key in times},
        "planned_count": row["planned_count"],
        "state": row["state"],
        "outcome": row["outcome"],
        "reason": _reason(row, ends),
        "waiting_reason": sentence_of(row, explained),
        "node": row["node"] or row["for_node"] or None,
        "attempt": row["attempt"],
        "attempts": _attempts(row, attempts),
        "fence": row["fence"],
        "merged_into": row["merged_into"],
        "priority": row["priority"],
        "args": json.loads(row["args"]),
        "step": row["step"],
        "progress": _progress(row),
        "steps": [_step(step) for step in steps],
        "error": row["error"],
    }


def _reason(row: Mapping[str, Any], ends: Mapping[int, str]) -> str | None:
    """Why it is in its state; of a request that ran, what was given as its reason."""
    if row["state"] == "merged":
        end = ends.get(row["merged_into"])
        # Whoever looks at a merged run must learn that the one that stood for it never did the work.
        became = f", which was {end}" if end in ("cancelled", "lost") else ""
        return f"merged into run {row['merged_into']}{became}"
    if row["state"] == "running" and row["cancel_at"] is not None:
        return f"asked to stop by {row['cancel_by']}"
    reason: str | None = row["reason"] or row["request_reason"]
    return reason


def _attempts(row: Mapping[str, Any], ended: Sequence[Mapping[str, Any]]) -> list[Shown]:
    found = [
        {
            "n": attempt["n"],
            "node": attempt["node"],
            "started_at": rfc3339(attempt["started_at"]),
            "ended_at": rfc3339(attempt["ended_at"]),
            "end": attempt["ended"],
            "error": attempt["error"],
        }
        for attempt in ended
    ]
    if row["state"] == "running":
        now = {"n": row["attempt"], "node": row["node"], "started_at": rfc3339(row["started_at"])}
        found.append({**now, "ended_at": None, "end": None, "error": None})
    return found


def _progress(row: Mapping[str, Any]) -> Shown | None:
    if row["progress_done"] is None:
        return None
    return {"done": row["progress_done"], "total": row["progress_total"]}


def _step(step: Mapping[str, Any]) -> Shown:
    counts = json.loads(step["counts"]) if step["counts"] else {}
    return {
        "title": step["title"],
        "state": step["state"],
        **{key: counts.get(key, 0) for key in ("done", "failed", "skipped")},
        "error": step["error"],
        "run": step["own_run"],
    }
