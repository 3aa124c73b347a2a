"""Rating calls again: the jobs with their progress, and a new one, counted before it is asked for."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Path, Query, Request
from fastapi.responses import Response

from domain.calls.raw import Status
from store import database
from web.access.guard import Operator, Viewer
from web.acts.refusal import Refusal
from web.acts.reratings import Reratings
from web.here import Here
from web.pages.acting import act
from web.pages.render import render
from web.shown import reratings as shown
from web.shown.reratings import Asked

router = APIRouter(include_in_schema=False)

PAGE = "/calls/rerating"
ROWS = 50
Number = Annotated[int, Path(ge=1, le=2**63 - 1)]
Word = Annotated[str, Query(max_length=200)]
Field = Annotated[str, Form(max_length=200)]
Reason = Annotated[str, Form(max_length=1_000)]

#: How a state looks: its icon and its tone.
LOOKS = {
    "waiting": ("waiting", "quiet"),
    "running": ("running", "busy"),
    "done": ("done", "good"),
    "failed": ("failed", "bad"),
    "cancelled": ("disabled", "quiet"),
}


def _asked(
    first: Word = "",
    last: Word = "",
    client: Word = "",
    account: Word = "",
    code: Word = "",
    origin: Word = "",
    gateway: Word = "",
    status: Word = "",
    tag: Word = "",
    matched: Word = "",
    zero: Word = "",
    invoiced: Word = "refuse",
) -> Asked:
    words = (first, last, client, account, code, origin, gateway, status, tag, matched, zero, invoiced)
    return Asked(*(word.strip() for word in words))


@router.get(PAGE)
def index(
    request: Request,
    site: Here,
    who: Viewer,
    asked: Annotated[Asked, Depends(_asked)],
    before: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None,
) -> Response:
    """The jobs, the newest first; with days in the form, what a new one would look at."""
    tx = database.read()
    rows = shown.listing(tx, limit=ROWS, before=before)
    values: dict[str, Any] = {"preview": None, "refusal": ""}
    status = 200
    if asked.first or asked.last:
        try:
            values["preview"] = shown.preview(tx, *shown.wanted(tx, site.clock.now(), asked))
        except Refusal as refusal:
            values["refusal"], status = str(refusal), 422
    return render(
        request,
        who,
        "reratings.html",
        status_code=status,
        rows=rows,
        older=f"{PAGE}?before={rows[-1]['id']}" if len(rows) == ROWS else "",
        asked=asdict(asked),
        statuses=[each.word for each in Status],
        looks=LOOKS,
        **values,
    )


@router.post(PAGE)
def start(
    request: Request,
    site: Here,
    who: Operator,
    first: Field,
    last: Field,
    client: Field = "",
    account: Field = "",
    code: Field = "",
    origin: Field = "",
    gateway: Field = "",
    status: Field = "",
    tag: Field = "",
    matched: Field = "",
    zero: Field = "",
    invoiced: Field = "refuse",
    reason: Reason = "",
) -> Response:
    """Ask for a job."""
    asked = _asked(first, last, client, account, code, origin, gateway, status, tag, matched, zero, invoiced)

    def work() -> str:
        number = Reratings(site, by=who.name).start(asked, reason or None)
        return f"rerating {number} begins with the next run of Rerating, within a minute"

    return act(request, work, to=PAGE)


@router.post(PAGE + "/{number}/cancel")
def cancel(request: Request, site: Here, who: Operator, number: Number) -> Response:
    """Stop a job where it is."""

    def work() -> str:
        Reratings(site, by=who.name).cancel(number)
        return f"rerating {number} is cancelled; what it had rated again stays so"

    return act(request, work, to=PAGE)
