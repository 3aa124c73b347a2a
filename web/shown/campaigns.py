"""Campaigns and how far they are, their recipients, and who gets no more: for page, API and command line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain.campaign.campaign import RECIPIENTS, Campaign, Person, mail_for
from domain.mail.problem import MailProblem
from domain.time.clock import rfc3339
from node.site import Site
from store.campaign import kept, recipients, suppressed
from store.tx import Tx

Shown = dict[str, Any]
#: Stands for the link in a preview.
LINK = "https://…/unsubscribe/…"


def page(tx: Tx, limit: int = 50, before: int | None = None) -> Shown:
    """``{campaigns, next}``: the newest first, each with its `counts` of recipients by state."""
    rows, more = kept.page(tx, limit, before)
    counts = recipients.counts(tx, [row["id"] for row in rows])
    return {"campaigns": [_campaign(row, counts[row["id"]]) for row in rows], "next": more}


def one(tx: Tx, campaign_id: int) -> Shown | None:
    """A campaign with its texts and its audience; None: there is none."""
    row = kept.one(tx, campaign_id)
    if row is None:
        return None
    made = kept.read(row)
    chosen = made.audience
    return {
        **_campaign(row, recipients.counts(tx, [campaign_id])[campaign_id]),
        "text": made.body,
        "audience": {
            "organisations": list(chosen.organisations),
            "kinds": list(chosen.kinds),
            "duties": list(chosen.duties),
            "list": len(chosen.people),
        },
        "people": _how_many(tx, made) if row["frozen_at"] is None else None,
    }


def recipients_page(
    tx: Tx, campaign_id: int, state: str | None = None, limit: int = 100, after: int = 0
) -> Shown:
    """``{recipients, next}`` by number; `next` is the `after` of the next page."""
    rows, more = recipients.page(tx, campaign_id, state, limit, after)
    return {
        "recipients": [
            {
                **{key: row[key] for key in ("id", "address", "name", "organisation", "state", "answer")},
                "mail": row["mail_id"],
                "queued_at": rfc3339(row["queued_at"]),
                "ended_at": rfc3339(row["ended_at"]),
            }
            for row in rows
        ],
        "next": more,
    }


def preview(tx: Tx, made: Campaign, number: int = 0) -> Shown:
    """The mail as the recipient of this `number` (from 0) would get it now, or why it cannot be made.

    ``{to, subject, text, number, people, problem}``.
    """
    people = _people(tx, made)
    chosen = (
        people[number % len(people)] if people else Person("somebody@example.org", "Somebody", "Somewhere")
    )
    shown: Shown = {"to": chosen.address, "number": number % max(len(people), 1), "people": len(people)}
    try:
        subject, text = mail_for(made, chosen, LINK)
    except MailProblem as problem:
        return {**shown, "subject": "", "text": "", "problem": str(problem)}
    return {**shown, "subject": subject, "text": text, "problem": None}


def suppressed_page(tx: Tx, text: str | None = None, limit: int = 100, before: float | None = None) -> Shown:
    """``{suppressed, next}``, the newest first; `text` is an address or its beginning."""
    rows, more = suppressed.page(tx, text, limit, before)
    keys = ("address", "why", "said", "organisation", "organisation_id", "campaign")
    return {
        "suppressed": [{**{key: row[key] for key in keys}, "at": rfc3339(row["at"])} for row in rows],
        "next": more,
    }


def link_problem(site: Site) -> str | None:
    """Why no campaign can go out from here, or None."""
    settings = site.settings
    if not settings.web.public_url:
        return "[web] public_url is not set: the link to get no more would lead nowhere"
    if not (settings.mail.host and settings.mail.sender):
        return "[mail] host and sender are not set: there is no server that takes the mail"
    return None


def _campaign(row: Mapping[str, Any], counts: Mapping[str, int]) -> Shown:
    total = sum(counts.values())
    ended = total - counts.get("waiting", 0) - counts.get("queued", 0)
    return {
        **{
            key: row[key]
            for key in ("id", "name", "organisation", "sender", "subject", "per_minute", "batch")
        },
        **{key: row[key] for key in ("state", "said", "revision", "created_by")},
        "starts_at": rfc3339(row["starts_at"]),
        "created_at": rfc3339(row["created_at"]),
        "began_at": rfc3339(row["frozen_at"]),
        "ended_at": rfc3339(row["ended_at"]),
        "counts": {state: counts.get(state, 0) for state in RECIPIENTS},
        "total": total,
        "ended": ended,
    }


def _people(tx: Tx, made: Campaign) -> list[Person]:
    """Each address once, as it will be frozen."""
    found: dict[str, Person] = {}
    for person in recipients.people(tx, made.audience):
        found.setdefault(person.address.lower(), person)
    return list(found.values())


def _how_many(tx: Tx, made: Campaign) -> int:
    return len(_people(tx, made))
