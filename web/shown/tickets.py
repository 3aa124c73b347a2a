"""Tickets as the page, the API and ``tickworks ticket`` show them."""

from __future__ import annotations

from typing import Any

from domain.time.clock import rfc3339
from store.helpdesk import listed, message, seen, ticket
from store.helpdesk.listed import Wanted
from store.object import read as objects
from store.tx import Tx

Shown = dict[str, Any]

STATES = ("open", "waiting", "closed", "unconfirmed", "deleted")
PRIORITIES = ticket.PRIORITIES
_PLAIN = (
    *("id", "subject", "state", "priority", "requester", "requester_name", "organisation", "contact"),
    *("department", "department_id", "assignee", "assigned_to", "revision"),
)

__all__ = ["PRIORITIES", "STATES", "Wanted", "accounts", "counts", "one", "page"]


def page(tx: Tx, wanted: Wanted, now: float, limit: int = 50, before: int | None = None) -> Shown:
    """``{tickets, next}``: the newest first; `next` is the `before` of the next page."""
    rows, more = listed.page(tx, wanted, limit, before)
    return {"tickets": [_ticket(row, now) for row in rows], "next": more}


def counts(tx: Tx) -> dict[str, int]:
    """How many are in each state."""
    found = listed.counts(tx)
    return {state: found.get(state, 0) for state in STATES}


def one(tx: Tx, number: int, now: float) -> Shown | None:
    """A ticket with its `messages`, the oldest first; None: there is none."""
    row = ticket.one(tx, number)
    if row is None:
        return None
    return {**_ticket(row, now), "messages": [_message(each) for each in message.of_ticket(tx, number)]}


def accounts(tx: Tx) -> list[Shown]:
    """The mail accounts and how each was read last."""
    found = []
    for row in objects.live(tx, "mail_account"):
        known = seen.state(tx, row["id"])
        found.append(
            {
                "id": row["id"],
                "name": row["name"],
                "enabled": bool(row["enabled"]),
                "failures": known["failures"],
                "error": known["error"],
                "read_at": rfc3339(known["good_at"]),
                "left_alone_until": rfc3339(known["not_before"]) if known["not_before"] else None,
            }
        )
    return found


def _ticket(row: Shown, now: float) -> Shown:
    locked = row["lock_until"] is not None and row["lock_until"] > now
    return {
        **{name: row[name] for name in _PLAIN},
        "created_at": rfc3339(row["created_at"]),
        "changed_at": rfc3339(row["changed_at"]),
        "closed_at": rfc3339(row["closed_at"]),
        "deleted_at": rfc3339(row["deleted_at"]),
        "locked_by": row["lock_by"] if locked else None,
        "locked_until": rfc3339(row["lock_until"]) if locked else None,
    }


def _message(row: Shown) -> Shown:
    return {
        **{name: row[name] for name in ("id", "direction", "sender", "text", "quoted", "size", "trouble")},
        "at": rfc3339(row["at"]),
        "automatic": bool(row["automatic"]),
        "mail": row["mail_state"],
        "mail_answer": row["mail_answer"],
        "files": [
            {name: each[name] for name in ("id", "name", "media_type", "size")} for each in row["files"]
        ],
    }
