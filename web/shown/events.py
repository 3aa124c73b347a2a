"""Events, the rules that mail them, and rejected messages: for the page and the command line."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from typing import Any

from domain.time.clock import rfc3339
from store import event, event_log, event_rule, rejected
from store.event_log import Wanted
from store.tx import Tx

Shown = dict[str, Any]

__all__ = ["Wanted", "choices", "listing", "page", "rejections", "rejections_kept", "rule", "rules"]


def listing(tx: Tx, limit: int) -> list[Shown]:
    """The events that were written last, the newest first."""
    return [_event(row) for row in event.latest(tx, limit)]


def page(tx: Tx, wanted: Wanted, limit: int, cursor: str | None = None) -> Shown:
    """One page: ``{"events", "next"}``; `next` is the cursor of the page after it, None after the last.

    A page may be short, or empty, and still have a next one: it looks through 5,000 events at most.
    Raises ValueError for a cursor that is none.
    """
    rows, more = event_log.page(tx, wanted, limit, _place(cursor))
    return {"events": [_event(row) for row in rows], "next": more and f"{more[0]!r}_{more[1]}"}


def choices(tx: Tx) -> tuple[list[str], list[str]]:
    """The types and senders that the newest events have."""
    return event_log.choices(tx)


def rules(tx: Tx) -> list[Shown]:
    """Which events go to whom, by name."""
    return [asdict(rule) | {"told_at": rfc3339(rule.told_at)} for rule in event_rule.rules(tx)]


def rule(tx: Tx, name: str) -> Shown | None:
    """The rule of this name; None: there is none."""
    return next((row for row in rules(tx) if row["name"] == name), None)


def rejections(tx: Tx, limit: int) -> list[Shown]:
    """The messages that nobody could understand, the newest first: ``{id, at, queue, reason, body}``."""
    return [{**row, "at": rfc3339(row["at"])} for row in rejected.latest(tx, limit)]


def rejections_kept(tx: Tx) -> int:
    """How many of them are kept."""
    return rejected.kept(tx)


def _event(row: Shown) -> Shown:
    return {
        "id": row["id"],
        "type": row["type"],
        "severity": row["severity"],
        "sender": row["sender"],
        "text": row["text"],
        "at": rfc3339(row["at"]),
        "tags": row["tags"].split(),
        "data": json.loads(row["data"]),
    }


def _place(cursor: str | None) -> event_log.Place | None:
    if cursor is None:
        return None
    found = re.fullmatch(r"(-?[0-9]{1,12}(?:\.[0-9]{1,9})?)_([0-9]{1,18})", cursor, re.ASCII)
    if found is None:
        raise ValueError(f"cursor: expected the `next` of the page before, got {cursor!r}")
    return float(found[1]), int(found[2])
