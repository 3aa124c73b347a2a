"""Calls over HTTP: the listing, one call, mismatches, the Summary Report, and the days with their acts."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict

from store import database
from web.access.guard import Admin, Operator, Viewer
from web.acts.call_days import CallDays
from web.acts.force import Forced
from web.acts.refusal import Refusal
from web.api.words import Limit, Reason, Word
from web.here import Here
from web.shown import call_days, call_summary, calls
from web.shown.call_question import wanted

router = APIRouter(prefix="/api/v1", tags=["calls"])

Day = Annotated[date, Path(description="Such as 2027-01-15, in UTC.")]
CallId = Annotated[int, Path(ge=0, le=2**63 - 1)]
First = Annotated[Word, Query(description="The first day, such as 2027-01-15; else a week before the last.")]
Last = Annotated[Word, Query(description="The last day; else today.")]


class Why(BaseModel):
    """Why it is done, for the audit."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason | None = None


class Deleting(Why):
    """What becomes of the balances."""

    roll_back: bool = False


@router.get("/calls")
def list_rated_calls(
    site: Here,
    who: Viewer,
    client: Annotated[Word, Query(description="An organisation's name.")] = "",
    number: Annotated[Word, Query(description="How the called number begins.")] = "",
    first: First = "",
    last: Last = "",
    status: Word = "",
    origin: Annotated[Word, Query(description="orig: customers' legs; term: vendors'.")] = "",
    gateway: Word = "",
    reason: Annotated[Word, Query(description="Why there is no charge, such as no_account.")] = "",
    mismatched: Annotated[bool, Query(description="Only those without a charge.")] = False,
    limit: Limit = 50,
    cursor: Annotated[Word | None, Query(description="`next` of the page before.")] = None,
) -> dict[str, Any]:
    """Calls, the newest day first; ``next`` is null after the last page; one before it may be short."""
    tx = database.read()
    words = {"client": client, "number": number, "first": first, "last": last, "status": status}
    words |= {"origin": origin, "gateway": gateway, "reason": reason}
    search = calls.question(tx, site.clock.now(), mismatched=mismatched, **words)
    try:
        return calls.page(tx, search, limit=limit, cursor=cursor)
    except ValueError as error:
        raise Refusal("bad_value", str(error)) from None


@router.get("/calls/mismatches")
def list_mismatches(
    site: Here, who: Viewer, first: First = "", last: Last = "", reason: Word = ""
) -> dict[str, Any]:
    """Calls without a charge by what they have in common, the most frequent first, at most 200."""
    begin, end = calls.days(site.clock.now(), first, last)
    return {"mismatches": calls.mismatched(database.read(), begin, end, reason)}


@router.get("/calls/summary")
def summary_report(
    site: Here,
    who: Viewer,
    by: Annotated[Word, Query(description=f"One of {', '.join(call_summary.BY)}.")] = "hour",
    first: First = "",
    last: Last = "",
    origin: Word = "orig",
    client: Word = "",
    gateway: Word = "",
    code: Word = "",
) -> dict[str, Any]:
    """Attempts, ASR, ACD, minutes and cost: in all, over time, and by group."""
    tx = database.read()
    asked = wanted(tx, site.clock.now(), site.zone, first, last, origin, client, gateway, code, by)
    return call_summary.summary(tx, asked, by)


@router.get("/calls/summary.csv", response_class=Response)
def summary_file(
    site: Here,
    who: Viewer,
    by: Word = "hour",
    first: First = "",
    last: Last = "",
    origin: Word = "orig",
    client: Word = "",
    gateway: Word = "",
    code: Word = "",
) -> Response:
    """The groups of the Summary Report as CSV that no spreadsheet takes for formulas."""
    tx = database.read()
    asked = wanted(tx, site.clock.now(), site.zone, first, last, origin, client, gateway, code, by)
    text = "".join(call_summary.lines(call_summary.summary(tx, asked, by)))
    named = {"content-disposition": 'attachment; filename="summary.csv"'}
    return Response(text.encode(), media_type="text/csv; charset=utf-8", headers=named)


@router.get("/calls/days")
def list_days(who: Viewer, limit: Limit = 100, before: date | None = None) -> dict[str, Any]:
    """Days of calls with their state and Meta Info, the newest first."""
    return call_days.listing(database.read(), limit=limit, before=before)


@router.post("/calls/days/{day}/archive", status_code=202)
def archive_day(day: Day, site: Here, who: Operator, body: Why | None = None) -> dict[str, Any]:
    """Write its calls to a file and let them go: ``{"runs": [run id, …]}``."""
    return _runs(_acts(site, who.name, body).archive(day))


@router.post("/calls/days/{day}/restore", status_code=202)
def restore_day(day: Day, site: Here, who: Operator, body: Why | None = None) -> dict[str, Any]:
    """Bring the calls of an archived day back: ``{"runs": [run id, …]}``."""
    return _runs(_acts(site, who.name, body).restore(day))


@router.post("/calls/days/{day}/delete", status_code=202)
def delete_day(day: Day, site: Here, who: Admin, body: Deleting | None = None) -> dict[str, Any]:
    """Delete its calls for good; the run only reports until its step's switch is on."""
    return _runs(_acts(site, who.name, body).delete(day, roll_back=bool(body and body.roll_back)))


@router.get("/calls/of/{day}/{call_id}")
def get_call(day: Day, call_id: CallId, who: Viewer) -> dict[str, Any]:
    """One call with everything that is known of it."""
    found = calls.one(database.read(), day, call_id)
    if found is None:
        raise Refusal("unknown_call", f"there is no call {call_id} on {day}: it may be archived")
    return found


def _acts(site: Here, by: str, body: Why | None) -> CallDays:
    return CallDays(site, by=by, reason=body.reason if body else None, trigger="api")


def _runs(forced: Forced) -> dict[str, Any]:
    return {"runs": list(forced.run_ids), "merged": forced.merged}
