"""The page that opens a ticket: for what somebody said on the telephone, or to write to them first."""

from __future__ import annotations

import secrets
from dataclasses import fields
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from store import database
from store.object import read as objects
from web.access.guard import Operator
from web.access.who import Who
from web.acts.edit_service import EditProblems
from web.acts.refusal import Refusal
from web.acts.ticket_opening import LONGEST_NAME, LONGEST_SUBJECT, LONGEST_TEXT, Opening
from web.acts.tickets import Tickets
from web.here import Here
from web.pages.form_sent import Sent
from web.pages.notice import acted
from web.pages.render import render
from web.shown import tickets as shown

router = APIRouter(include_in_schema=False)

NAMES = tuple(field.name for field in fields(Opening))


@router.get("/tickets/new")
def new(request: Request, who: Operator) -> Response:
    """The form, empty; with one department that answers, it is chosen."""
    departments = objects.live(database.read(), "department", enabled=True)
    only = departments[0]["name"] if len(departments) == 1 else ""
    return _form(request, who, Opening("", department=only), {}, "")


@router.post("/tickets/new")
def open_one(request: Request, site: Here, who: Operator, sent: Sent) -> Response:
    """Open it and go to it, or say at each field what is wrong with it."""
    given = Opening(**{"subject": "", **{name: _text(sent, name) for name in NAMES if name in sent}})
    key = _text(sent, "key")[:100]
    try:
        done = Tickets(site, by=who.name).open(given, f"page:{key}" if key.isalnum() else None)
    except EditProblems as refusal:
        return _form(request, who, given, refusal.problems, "")
    except Refusal as refusal:
        return _form(request, who, given, {}, str(refusal))
    number = done.ticket["id"]
    mailed = ", its first mail is in the outbox" if given.answer.strip() else ""
    said = f"ticket {number} is opened{mailed}"
    return acted(request, said, to=f"/tickets/{number}")


def _form(request: Request, who: Who, given: Opening, problems: dict[str, str], refusal: str) -> Response:
    tx = database.read()
    values: dict[str, Any] = {
        "staff": objects.live(tx, "staff", enabled=True),
        "departments": objects.live(tx, "department", enabled=True),
        "priorities": shown.PRIORITIES,
        "longest": {"subject": LONGEST_SUBJECT, "name": LONGEST_NAME, "text": LONGEST_TEXT},
        # Sent twice by an impatient hand, it is one ticket.
        "key": secrets.token_hex(12),
    }
    status = 422 if problems or refusal else 200
    return render(
        request,
        who,
        "ticket_new.html",
        status_code=status,
        given=given,
        problems=problems,
        refusal=refusal,
        **values,
    )


def _text(sent: FormData, name: str) -> str:
    value = sent.get(name, "")
    return value if isinstance(value, str) else ""
