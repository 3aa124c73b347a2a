"""Event hooks, how they do, and their calls: for the page, the API and the command line."""

from __future__ import annotations

from typing import Any

from domain.time.clock import rfc3339
from store.hooks import calls, listed, state
from store.hooks.listed import Wanted
from store.object import read as objects
from store.tx import Tx

Shown = dict[str, Any]

__all__ = ["Wanted", "call", "hooks", "page"]


def hooks(tx: Tx) -> list[Shown]:
    """All hooks that are not archived, by name."""
    states, waiting = state.rows(tx), listed.waiting(tx)
    return [
        _hook(row, states.get(row["id"]) or state.never(row["id"]), waiting.get(row["id"], 0))
        for row in objects.live(tx, "event_hook")
    ]


def page(tx: Tx, wanted: Wanted, limit: int, before: int | None = None) -> Shown:
    """``{calls, next}``: the newest first, each with its tries; `next` is the `before` of the next page.

    A page may be short and still have a next one: it looks through 5,000 calls at most.
    """
    rows, more = listed.page(tx, wanted, limit, before)
    tries = listed.tries(tx, [row["id"] for row in rows])
    return {"calls": [_call(row, tries[row["id"]]) for row in rows], "next": more}


def call(tx: Tx, call_id: int) -> Shown | None:
    """One call with its tries and its `body`; None: there is none."""
    row = calls.one(tx, call_id)
    if row is None:
        return None
    hook = objects.by_id(tx, "event_hook", row["hook_id"])
    named = {**row, "hook": hook["name"] if hook else None}
    return {**_call(named, listed.tries(tx, [call_id])[call_id]), "body": row["body"]}


def _hook(row: Shown, known: Shown, waiting: int) -> Shown:
    return {
        "id": row["id"],
        "name": row["name"],
        "organisation": row["organisation"],
        "address": row["address"],
        "events": list(row["events"]),
        "enabled": bool(row["enabled"]),
        "signed": bool(row["secret"]),
        "waiting": waiting,
        "failures": known["failures"],
        "failing_since": rfc3339(known["failing_since"]),
        "last_error": known["last_error"],
        "last_done_at": rfc3339(known["last_done_at"]),
        "left_alone_until": rfc3339(known["not_before"]),
        "paused_at": rfc3339(known["paused_at"]),
        "paused_by": known["paused_by"],
        "reason": known["reason"],
    }


def _call(row: Shown, tries: list[Shown]) -> Shown:
    return {
        **{name: row[name] for name in ("id", "hook", "hook_id", "key", "event", "object", "organisation")},
        "at": rfc3339(row["at"]),
        "state": row["state"],
        "tries": row["tries"],
        "next_try_at": rfc3339(row["not_before"]) if row["state"] == "queued" else None,
        "queued_at": rfc3339(row["queued_at"]),
        "ended_at": rfc3339(row["ended_at"]),
        "unknown": bool(row["unknown"]),
        "run": row["run_id"],
        "error": row["error"],
        "log": [
            {
                "n": each["n"],
                "at": rfc3339(each["at"]),
                "took": round(each["took"], 3),
                "status": each["status"],
                "result": each["kind"],
                "text": each["text"],
            }
            for each in tries
        ],
    }
