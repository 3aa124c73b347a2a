"""Statistics packages: the days of calls with their Meta Info, and what may be done with each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import Response

from node.site import Site
from store import database
from web.access.guard import Admin, Operator, Viewer
from web.acts.call_days import CallDays
from web.acts.force import Forced
from web.acts.refusal import Refusal
from web.here import Here
from web.pages.acting import act
from web.pages.dialog import dialog
from web.pages.render import render
from web.shown import call_days as shown

router = APIRouter(include_in_schema=False)

Day = Annotated[date, Path()]
Act = Annotated[Literal["archive", "restore", "delete"], Path()]
Reason = Annotated[str, Form(max_length=1_000)]
PAGE = "/calls/days"
ROWS = 60
TONES = {"open": ("done", "good"), "archived": ("stop", "quiet")}


@router.get(PAGE)
def index(
    request: Request, site: Here, who: Viewer, before: Annotated[date | None, Query()] = None
) -> Response:
    """The days, the newest first."""
    found = shown.listing(database.read(), limit=ROWS, before=before)
    following = f"{PAGE}?before={found['next']}" if found["next"] else ""
    return render(
        request,
        who,
        "call_days.html",
        rows=found["days"],
        next=following,
        top=before is not None,
        tones=TONES,
        today=str(_today(site)),
    )


@router.get(PAGE + "/{day}/{do}")
def ask(request: Request, who: Operator, site: Here, day: Day, do: Act) -> Response:
    """What would be done with the day, before it is."""
    tx = database.read()
    row = shown.one(tx, day)
    if row is None:
        raise Refusal("unknown_call", f"there are no calls of {day}")
    return dialog(
        request,
        who,
        "_call_day_act.html",
        f"{do.capitalize()} the calls of {day}",
        row=row,
        do=do,
        why_not=shown.why_not(tx, do, day, _today(site)),
        only_reports=shown.only_reports(tx),
        may=who.may("admin") or do != "delete",
    )


@router.post(PAGE + "/{day}/archive")
def archive(request: Request, who: Operator, site: Here, day: Day, reason: Reason = "") -> Response:
    """Write its calls to a file and let them go."""
    return _act(request, lambda: CallDays(site, by=who.name, reason=reason or None).archive(day))


@router.post(PAGE + "/{day}/restore")
def restore(request: Request, who: Operator, site: Here, day: Day, reason: Reason = "") -> Response:
    """Bring its calls back."""
    return _act(request, lambda: CallDays(site, by=who.name, reason=reason or None).restore(day))


@router.post(PAGE + "/{day}/delete")
def delete(
    request: Request,
    who: Admin,
    site: Here,
    day: Day,
    reason: Reason = "",
    roll_back: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Delete its calls for good."""
    acts = CallDays(site, by=who.name, reason=reason or None)
    return _act(request, lambda: acts.delete(day, roll_back=roll_back == "yes"))


def _today(site: Site) -> date:
    return datetime.fromtimestamp(site.clock.now(), UTC).date()


def _act(request: Request, work: Callable[[], Forced]) -> Response:
    def told() -> str:
        forced = work()
        runs = ", ".join(map(str, forced.run_ids))
        return f"Run {runs} does it{', with one like it that waited' if forced.merged else ''}"

    return act(request, told, to=PAGE)
