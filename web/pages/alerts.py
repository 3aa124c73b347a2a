"""Alerts: what is wrong now, live, with what operators do about it; mutes and maintenance windows."""

from __future__ import annotations

import json
from datetime import datetime, tzinfo
from functools import partial
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import Response

from domain.alert.finding import RULES
from web.access.guard import Operator, Viewer
from web.acts import alerts as acts
from web.acts.refusal import Refusal
from web.here import Here
from web.live.hub import Hub, Look
from web.live.picture import Picture
from web.live.stream import key_of
from web.pages.acting import act
from web.pages.render import fragment, render
from web.shown import alerts as shown

router = APIRouter(include_in_schema=False)

Id = Annotated[int, Path(ge=1, le=2**63 - 1)]
Word = Annotated[str, Form()]
PAGE = "/alerts"
#: So many of those that are over stand below.
RESOLVED = 30
#: How long something can be muted by one click: seconds (0: until it is ended) and words.
SPANS = ((3600, "1 hour"), (28_800, "8 hours"), (86_400, "1 day"), (0, "until ended"))


@router.get(PAGE)
def index(request: Request, who: Viewer) -> Response:
    """The page."""
    hub: Hub = request.app.state.hub
    picture, mark = hub.look(key_of("alerts", who.role, request))
    return render(request, who, "alerts.html", table=picture.whole(mark), rules=RULES)


def view(look: Look) -> Picture:
    """The live part: a row for each open alert, and what is quiet or over."""
    rows = shown.listing(look.site, look.tx, resolved=RESOLVED)
    rest = {
        "over": [row for row in rows if row["state"] == "resolved"],
        "mutes": shown.mutes(look.site, look.tx),
        "windows": shown.windows(look.site, look.tx),
    }
    parts = {f"alert-{row['id']}": _row(row, look) for row in rows if row["state"] == "open"}
    return Picture(
        container="table",
        parts=parts,
        whole=partial(_whole, parts, rest, look),
        layout=(tuple(parts), json.dumps(rest)),
    )


@router.post(PAGE + "/{alert_id}/acknowledge")
def acknowledge(request: Request, who: Operator, site: Here, alert_id: Id, note: Word = "") -> Response:
    """Say that somebody looks after it."""

    def work() -> str:
        acts.acknowledge(site, alert_id, by=who.name, note=note)
        return f"alert {alert_id} is acknowledged"

    return act(request, work)


@router.post(PAGE + "/{alert_id}/unacknowledge")
def unacknowledge(request: Request, who: Operator, site: Here, alert_id: Id) -> Response:
    """Take that back."""

    def work() -> str:
        acts.unacknowledge(site, alert_id, by=who.name)
        return f"alert {alert_id} is not acknowledged any more"

    return act(request, work)


@router.post(PAGE + "/mutes")
def mute(
    request: Request,
    who: Operator,
    site: Here,
    rule: Word = "",
    about: Word = "",
    seconds: Annotated[int, Form(ge=0)] = 0,
    reason: Word = "",
) -> Response:
    """Keep something quiet; 0 seconds: until that is ended."""

    def work() -> str:
        acts.silence(
            site, rule or None, by=who.name, about=about or None, seconds=seconds or None, reason=reason
        )
        return f"nobody is told of {' on '.join(word for word in (rule, about) if word)}"

    return act(request, work)


@router.post(PAGE + "/mutes/{mute_id}/end")
def unmute(request: Request, who: Operator, site: Here, mute_id: Id) -> Response:
    """End a mute."""

    def work() -> str:
        acts.unmute(site, mute_id, by=who.name)
        return f"mute {mute_id} has ended"

    return act(request, work)


@router.post(PAGE + "/windows")
def plan_window(
    request: Request,
    who: Operator,
    site: Here,
    ends: Word,
    starts: Word = "",
    about: Word = "",
    reason: Word = "",
) -> Response:
    """Plan a maintenance window; times are of the site's clock, without a begin it begins now."""

    def work() -> str:
        begins = _epoch("from", starts, site.zone) if starts else None
        until = _epoch("until", ends, site.zone)
        acts.plan_window(
            site, starts_at=begins, ends_at=until, by=who.name, about=about or None, reason=reason
        )
        return "the maintenance window is planned: alerts are quiet in it, runs go on"

    return act(request, work)


@router.post(PAGE + "/windows/{window_id}/cancel")
def cancel_window(request: Request, who: Operator, site: Here, window_id: Id) -> Response:
    """Cancel a maintenance window."""

    def work() -> str:
        acts.cancel_window(site, window_id, by=who.name)
        return f"maintenance window {window_id} is cancelled"

    return act(request, work)


def _row(row: dict[str, Any], look: Look) -> str:
    return fragment("_alert_row.html", row=row, zone=look.site.zone, acts=look.role != "viewer", spans=SPANS)


def _whole(parts: dict[str, str], rest: dict[str, Any], look: Look, mark: str) -> str:
    stream = "/live/alerts?" + urlencode([*look.params, ("since_mark", mark)])
    zone, may_act = look.site.zone, look.role != "viewer"
    return fragment("_alerts_table.html", parts=parts, zone=zone, acts=may_act, stream=stream, **rest)


def _epoch(what: str, text: str, zone: tzinfo) -> float:
    """A time as a browser's field for date and time sends it."""
    try:
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=zone)).timestamp()
    except (ValueError, OverflowError):
        raise Refusal("bad_value", f"{what}: expected a date and a time, got {text[:40]!r}") from None
