"""Jobs and their kinds as ``jobs … --json`` shows them (contract §2)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from actors import job_kinds
from actors.job_fields import fields_of
from actors.job_kind import JobKind
from domain.jobs.lanes import KindLimits
from domain.jobs.states import FINAL, OPEN, STATES
from domain.time.clock import rfc3339
from node.site import Site
from store.job import limits as live
from store.job import listed
from store.job.log import log
from store.job.search import Search
from store.tx import Tx
from web.shown.job_wait import Queue, sentence_of

Shown = dict[str, Any]

__all__ = [
    "FINAL",
    "OPEN",
    "STATES",
    "Search",
    "arguments",
    "counts",
    "declared",
    "kinds",
    "listing",
    "one",
    "organisations",
    "page",
]

EVERY = Search()


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
    search = Search(kind=kind, organisation=organisation, backend=backend)
    return _open_and_ended(site, tx, states, search, limit, None)


def page(
    site: Site,
    tx: Tx,
    *,
    states: Sequence[str] = OPEN,
    search: Search = EVERY,
    limit: int = 50,
    cursor: str | None = None,
) -> Shown:
    """One page: ``{"jobs", "next"}``; `next` is the cursor of the page after it, None after the last.

    Open jobs come in the order of the queue, ended ones the last to end first; where both are asked
    for, the newest first. A page may be short, or empty, and still have a next one: it looks through
    5,000 ended jobs at most. Raises ValueError for a cursor that is none.
    """
    if set(states) <= set(FINAL):
        rows, more = log(tx, states, search, limit, _place(cursor))
        queue = _queue(site, tx)
        return {"jobs": [_job(row, queue) for row in rows], "next": more and f"{more[0]!r}_{more[1]}"}
    shown = _open_and_ended(site, tx, states, search, limit + 1, None if cursor is None else _id(cursor))
    return {"jobs": shown[:limit], "next": str(shown[limit - 1]["id"]) if len(shown) > limit else None}


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
            "arguments": arguments(kind),
            "jobs": {state: queue.counts.get((name, state), 0) for state in OPEN},
            "oldest_queued_at": rfc3339(oldest.get(name)),
        }
        for name, kind in queue.kinds.items()
    ]


def arguments(kind: JobKind) -> list[Shown]:
    """What it takes, field by field; of a kind of the site's own whose types no form has, only the names."""
    try:
        found = fields_of(kind)
    except TypeError:
        return [{"name": each.name} for each in fields(kind.arguments)] if kind.arguments else []
    return [
        {
            "name": each.name,
            "title": each.title,
            "help": each.help,
            "shape": each.shape,
            "required": each.required,
            "choices": list(each.choices),
        }
        for each in found
    ]


def _open_and_ended(
    site: Site, tx: Tx, states: Sequence[str], search: Search, limit: int, after: int | None
) -> list[Shown]:
    queue = _queue(site, tx)
    rows = listed.jobs(
        tx,
        limits=queue.limits,
        now=queue.now,
        states=states,
        search=search,
        limit=limit,
        newest_first=any(state in FINAL for state in states),
        after=after,
    )
    queue = _with_states(tx, queue, rows)
    return [_job(row, queue) for row in rows]


def _id(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise ValueError(f"cursor: expected the `next` of the page before, got {text!r}")
    return int(text)


def _place(cursor: str | None) -> tuple[float, int] | None:
    if cursor is None:
        return None
    at, _, job_id = cursor.partition("_")
    if not re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,9})?", at):
        raise ValueError(f"cursor: expected the `next` of the page before, got {cursor!r}")
    return float(at), _id(job_id)


def counts(tx: Tx) -> dict[str, int]:
    """How many jobs are in each of the open states."""
    found = dict.fromkeys(OPEN, 0)
    for (_, state), number in listed.counts(tx).items():
        found[state] += number
    return found


def organisations(tx: Tx) -> list[str]:
    """The organisations that have open jobs, at most 500 of them, by name."""
    return listed.organisations(tx, 500)


def declared(site: Site) -> dict[str, JobKind]:
    """The kinds that this site knows, as the code declares them."""
    return job_kinds.load(site.profiles, site.settings.catalogue.modules)


def _queue(site: Site, tx: Tx) -> Queue:
    known = declared(site)
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
