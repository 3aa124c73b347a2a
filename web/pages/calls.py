"""The pages of calls: the search, one call with its reason and rate, and mismatches by their cause."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from store import database
from store.object import read
from web.access.guard import Viewer
from web.acts.refusal import Refusal
from web.api.words import Word
from web.here import Here
from web.pages.render import render
from web.shown import calls as shown

router = APIRouter(include_in_schema=False)

Day = Annotated[date, Path()]
CallId = Annotated[int, Path(ge=0, le=2**63 - 1)]
ROWS = 50
#: Names that the form offers.
CHOICES = 200


@router.get("/calls")
def index(
    request: Request,
    site: Here,
    who: Viewer,
    client: Word = "",
    number: Word = "",
    first: Word = "",
    last: Word = "",
    status: Word = "",
    origin: Word = "",
    gateway: Word = "",
    reason: Word = "",
    mismatched: Word = "",
    cursor: Word = "",
) -> Response:
    """The form, and what it found, the newest day first."""
    tx = database.read()
    words = {"client": client, "number": number, "first": first, "last": last, "status": status}
    words |= {"origin": origin, "gateway": gateway, "reason": reason}
    found: dict[str, Any] = {"calls": [], "next": None}
    refusal = ""
    try:
        search = shown.question(tx, site.clock.now(), mismatched=bool(mismatched), **words)
        found = shown.page(tx, search, limit=ROWS, cursor=cursor or None)
    except (Refusal, ValueError) as error:
        refusal = str(error)
    asked = {**words, "mismatched": mismatched}
    return render(
        request,
        who,
        "calls.html",
        status_code=422 if refusal else 200,
        rows=found["calls"],
        refusal=refusal,
        asked=asked,
        narrowed=any(asked.values()),
        next=_link("/calls", asked, found["next"]),
        top=_link("/calls", asked, "") if cursor else "",
        statuses=shown.STATUSES,
        reasons=shown.REASONS,
        sides=shown.SIDES,
        clients=clients(tx),
    )


@router.get("/calls/mismatches")
def mismatches(
    request: Request, site: Here, who: Viewer, first: Word = "", last: Word = "", reason: Word = ""
) -> Response:
    """Calls without a charge by what they have in common, with the way to rate them again."""
    rows: list[dict[str, Any]] = []
    refusal = ""
    try:
        begin, end = shown.days(site.clock.now(), first, last)
        rows = shown.mismatched(database.read(), begin, end, reason)
    except Refusal as error:
        refusal = str(error)
    for row in rows:
        row["link"] = _link(
            "/calls", {name: row[name] for name in ("reason", "gateway", "first", "last")}, ""
        )
        again = {"first": row["first"], "last": row["last"], "matched": "mismatched"}
        again |= {"gateway": row["gateway"], "origin": row["origin"]}
        row["again"] = f"/calls/rerating?{urlencode(again)}"
    return render(
        request,
        who,
        "call_mismatches.html",
        status_code=422 if refusal else 200,
        rows=rows,
        refusal=refusal,
        asked={"first": first, "last": last, "reason": reason},
        reasons=shown.REASONS,
        sides=shown.SIDES,
    )


@router.get("/calls/of/{day}/{call_id}")
def call(request: Request, who: Viewer, day: Day, call_id: CallId) -> Response:
    """One call: what the switch said, whose it is, and how its charge came about."""
    found = shown.one(database.read(), day, call_id)
    if found is None:
        raise Refusal("unknown_call", f"there is no call {call_id} on {day}: it may be archived")
    return render(request, who, "call.html", call=found, sides=shown.SIDES)


def clients(tx: Any) -> list[str]:
    """The names of clients that a form offers."""
    return [row["organisation"] for row in read.page(tx, "voice_client", limit=CHOICES)[0]]


def _link(path: str, asked: dict[str, str], cursor: str | None) -> str:
    """The address of a search; "" where there is nothing more (a cursor of None)."""
    if cursor is None:
        return ""
    given = {name: value for name, value in {**asked, "cursor": cursor}.items() if value}
    return f"{path}?{urlencode(given)}" if given else path
