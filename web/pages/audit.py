"""The audit trail: who changed what, when, from where, from what to what and why."""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response, StreamingResponse

from store import change_log, database
from store.change_log import Wanted
from web.access.guard import Admin, Viewer
from web.acts.refusal import Refusal
from web.here import Here
from web.live.stream import own_address
from web.pages.render import fragment, render
from web.shown import audit

router = APIRouter(include_in_schema=False)

Word = Annotated[str, Query(max_length=200)]
ROWS = 100


@router.get("/audit")
def index(
    request: Request,
    site: Here,
    who: Viewer,
    actor: Word = "",
    action: Word = "",
    object: Word = "",
    since: Word = "",
    until: Word = "",
    before: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None,
) -> Response:
    """The page; to a search from the page itself, only the table."""
    asked = {"actor": actor, "action": action, "object": object, "since": since, "until": until}
    tx = database.read()
    found = audit.page(tx, _wanted(asked, site.zone), ROWS, before)
    kept = {name: value for name, value in asked.items() if value}
    older = f"/audit?{urlencode({**kept, 'before': found['next']})}" if found["next"] else ""
    values = {
        "rows": found["audit"],
        "older": older,
        "before": before,
        "exports": f"?{urlencode(kept)}&" if kept else "?",
        "may_export": who.may("admin"),
    }
    if request.headers.get("hx-target", "").endswith("table"):
        html = fragment("_audit_table.html", zone=site.zone, **values)
        return HTMLResponse(html, headers={"hx-replace-url": own_address(request)})
    return render(request, who, "audit.html", asked=asked, actions=change_log.actions(tx), **values)


@router.get("/audit/export")
def export(
    site: Here,
    who: Admin,
    form: Annotated[str, Query(alias="format", pattern="^(csv|jsonl)$")] = "csv",
    actor: Word = "",
    action: Word = "",
    object: Word = "",
    since: Word = "",
    until: Word = "",
) -> Response:
    """What the search finds, as a file."""
    asked = {"actor": actor, "action": action, "object": object, "since": since, "until": until}
    return StreamingResponse(
        audit.export(database.read, _wanted(asked, site.zone), form),
        media_type=audit.MEDIA_TYPES[form],
        headers={"content-disposition": f'attachment; filename="audit.{form}"'},
    )


def _wanted(asked: dict[str, str], zone: tzinfo) -> Wanted:
    """What the search form asks for; days are those of the site's zone, the last one included."""
    return Wanted(
        actor=asked["actor"].strip() or None,
        action=asked["action"] or None,
        object=asked["object"].strip() or None,
        since=_day("since", asked["since"], zone, 0),
        until=_day("until", asked["until"], zone, 1),
    )


def _day(name: str, text: str, zone: tzinfo, add: int) -> float | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text) + timedelta(days=add)
        return datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()
    except (ValueError, OverflowError):
        raise Refusal("bad_value", f"{name}: expected a day such as 2027-01-31, got {text[:40]!r}") from None
