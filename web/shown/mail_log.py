"""The outbox: what went out by mail, what waits, and why; for page and API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from domain.time.clock import rfc3339
from store.outbox import log
from store.outbox.log import STATES, Wanted
from store.tx import Tx

Shown = dict[str, Any]

__all__ = ["STATES", "Wanted", "counts", "families", "one", "page"]


def page(tx: Tx, wanted: Wanted, limit: int, before: int | None = None) -> Shown:
    """``{mails, next}``: the newest first; `next` is the `before` of the next page.

    A page may be short and still have a next one: it looks through 5,000 mails at most.
    """
    rows, more = log.page(tx, wanted, limit, before)
    people = log.recipients(tx, [row["id"] for row in rows])
    return {"mails": [_mail(row, people[row["id"]]) for row in rows], "next": more}


def one(tx: Tx, mail_id: int) -> Shown | None:
    """A mail with its tries, attachments and text; None: there is none."""
    row = log.one(tx, mail_id)
    if row is None:
        return None
    return {
        **_mail(row, log.recipients(tx, [mail_id])[mail_id]),
        "text": row["body_text"],
        "attachments": [
            {"name": each["name"], "media_type": each["media_type"]} for each in log.attachments(tx, mail_id)
        ],
        "log": [
            {
                "n": each["n"],
                "at": rfc3339(each["at"]),
                "host": each["host"],
                "result": each["outcome"],
                "text": each["answer"],
            }
            for each in log.tries(tx, mail_id)
        ],
    }


def families(tx: Tx) -> list[str]:
    """The families whose mail is among the newest."""
    return log.families(tx)


def counts(tx: Tx) -> dict[str, int]:
    """How many mails are on their way, by state."""
    return log.counts(tx)


def _mail(row: Mapping[str, Any], people: Sequence[Mapping[str, Any]]) -> Shown:
    waits = row["state"] in ("queued", "unknown")
    return {
        **{key: row[key] for key in ("id", "subject", "sender", "source", "family", "state", "tries")},
        **{key: row[key] for key in ("answer", "message_id")},
        "organisation": row["owner"],
        "recipients": [
            {key: each[key] for key in ("field", "address", "state", "answer")} for each in people
        ],
        "created_at": rfc3339(row["created_at"]),
        "next_try_at": rfc3339(row["not_before"]) if waits else None,
        "ended_at": rfc3339(row["ended_at"]),
        "may_cancel": waits,
        "may_retry": not row["at_most_once"] and row["state"] in ("failed", "queued", "unknown"),
    }
