"""Jobs and their kinds as ``jobs … --json`` shows them (contract §2)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from actors import job_kinds
from actors.job_kind import JobKind
from domain.jobs.lanes import KindLimits
from domain.jobs.states import FINAL, OPEN, STATES
from domain.time.clock import rfc3339
from node.site import Site
from store.job import limits as live
from store.job import listed
from store.tx import Tx
from web.shown.job_wait import Queue, sentence_of

Shown = dict[str, Any]

__all__ = ["FINAL", "OPEN", "STATES", "kinds", "listing", "one"]


def listing(
    site: Site,
    tx: Tx,
    *,
    states: Sequence[str] = OPEN,
    kind: str | None = None,
    organisation: str | None = None,
    backend: str | None = None,
    limit: int = 50,
) -> list[Shown]:
    """The queue in its order; with ended ones among the states, the newest first."""
    newest_first = any(state in FINAL for state in states)
    queue = _queue(site, tx)
    rows = listed.jobs(
        tx,
        limits=queue.limits,
        now=queue.now,
        states=states,
        kind=kind,
        organisation=organisation,
        backend=backend,
        limit=limit,
        newest_first=newest_first,
    )
    queue = _with_states(tx, queue, rows)
    return [_job(row, queue) for row in rows]


def one(site: Site, tx: Tx, job_id: int) -> Shown | None:
    """One job, with its tries and what its listing leaves out. None: there is none."""
    queue = _queue(site, tx)
    row = listed.by_id(tx, [job_id], queue.limits, queue.now).get(job_id)
    if row is None:
        return None
    tries = [
        {
            "n": each["n"],
            "run": each["run_id"],
            "node": each["node"],
            "started_at": rfc3339(each["started_at"]),
            "ended_at": rfc3339(each["ended_at"]),
            "outcome": each["outcome"],
            "error": each["error"],
        }
        for each in listed.attempts(tx, job_id)
    ]
    more = {
        "own_key": row["own_key"],
        "look_ups": row["look_ups"],
        "deletion": bool(row["deletion"]),
        "attempts": tries,
    }
    return _job(row, _with_states(tx, queue, [row])) | more


def kinds(site: Site, tx: Tx) -> list[Shown]:
    """Every kind that this site knows, what is in force for it, and how many of it are open."""
    queue = _queue(site, tx)
    oldest = listed.oldest_queued(tx)
    return [
        {
            "name": name,
            "title": kind.title,
            "service": kind.service,
            "backend": kind.backend,
            "priority": queue.limits.kinds[name].priority,
            "parallel": queue.limits.kinds[name].parallel,
            "automatic": queue.limits.automatic and name not in queue.limits.not_automatic,
            "deletion": kind.deletion,
            "tries": kind.tries,
            "jobs": {state: queue.counts.get((name, state), 0) for state in OPEN},
            "oldest_queued_at": rfc3339(oldest.get(name)),
        }
        for name, kind in queue.kinds.items()
    ]


def _queue(site: Site, tx: Tx) -> Queue:
    known = job_kinds.load(site.profiles, site.settings.catalogue.modules)
    return Queue(
        now=site.clock.now(),
        limits=live.limits(tx, _declared(known)),
        kinds=known,
        counts=listed.counts(tx),
    )


def _with_states(tx: Tx, queue: Queue, rows: Sequence[Mapping[str, Any]]) -> Queue:
    """The same, with the states of the jobs that stand before these."""
    before = sorted({row["object_job"] for row in rows if row["object_job"] is not None})
    return replace(queue, states=listed.states_of(tx, before))


def _declared(known: Mapping[str, JobKind]) -> dict[str, KindLimits]:
    return {name: KindLimits(kind.priority, kind.parallel) for name, kind in known.items()}


def _job(row: Mapping[str, Any], queue: Queue) -> Shown:
    kind = queue.kinds.get(row["kind"])
    own = queue.limits.kinds.get(row["kind"])
    return {
        "id": row["id"],
        "kind": row["kind"],
        "title": kind.title if kind else row["kind"],
        "organisation": row["organisation"],
        "backend": row["backend"],
        "object": row["object"] or None,
        "args": json.loads(row["args"]),
        "key": row["key"],
        "state": row["state"],
        "held_reason": row["held_reason"],
        "waiting_reason": sentence_of(row, queue),
        "priority": row["priority"] if row["priority"] is not None or own is None else own.priority,
        "tries": row["tries"],
        "added_at": rfc3339(row["added_at"]),
        "added_by": row["added_by"],
        "last_tried_at": rfc3339(row["claimed_at"]),
        "next_try_at": rfc3339(row["not_before"]),
        "ended_at": rfc3339(row["ended_at"]),
        "ended_by": row["ended_by"],
        "reason": row["reason"],
        "run": row["run_id"],
        "node": row["node"],
        "message": row["message"],
        "error": row["error"],
    }
