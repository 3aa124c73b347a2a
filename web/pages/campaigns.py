"""The pages of campaigns: the list, one with its recipients, the form with a preview; who gets no more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import Response

from domain.campaign.campaign import RECIPIENTS
from domain.mail.problem import MailProblem
from domain.time.spoken import count
from store import database
from store.campaign import kept
from web.access.guard import Operator, Viewer
from web.access.who import Who
from web.acts.campaigns import Campaigns
from web.acts.refusal import Refusal
from web.here import Here
from web.pages import campaign_form
from web.pages.acting import act
from web.pages.form_sent import Sent
from web.pages.render import render
from web.shown import campaigns as shown

router = APIRouter(include_in_schema=False)

Id = Annotated[int, Path(ge=1, le=2**63 - 1)]
Number = Annotated[int | None, Query(ge=1, le=2**63 - 1)]
ROWS = 100
#: How a state looks: its icon and its tone.
LOOKS = {
    "draft": ("none", "quiet"),
    "scheduled": ("waiting", "quiet"),
    "sending": ("running", "busy"),
    "paused": ("pause", "warn"),
    "done": ("done", "good"),
    "cancelled": ("none", "quiet"),
}


@router.get("/campaigns")
def index(request: Request, site: Here, who: Viewer, before: Number = None) -> Response:
    """All campaigns, the newest first."""
    found = shown.page(database.read(), ROWS, before)
    older = f"/campaigns?before={found['next']}" if found["next"] else ""
    values = {"campaigns": found["campaigns"], "older": older, "newest": bool(before), "looks": LOOKS}
    return render(
        request, who, "campaigns.html", **values, problem=shown.link_problem(site), may=who.may("operator")
    )


@router.get("/campaigns/new")
def new(request: Request, who: Operator) -> Response:
    """The form, empty."""
    return _form(request, who, dict(campaign_form.EMPTY), "", 0)


@router.get("/campaigns/suppressed")
def suppressed(
    request: Request,
    who: Viewer,
    q: Annotated[str, Query(max_length=320)] = "",
    before: Annotated[float | None, Query(ge=0, le=1e15)] = None,
) -> Response:
    """Addresses that get no campaign any more."""
    found = shown.suppressed_page(database.read(), q.strip() or None, ROWS, before)
    return render(
        request,
        who,
        "suppressed.html",
        rows=found["suppressed"],
        q=q,
        older=f"/campaigns/suppressed?{urlencode({'q': q, 'before': found['next']})}"
        if found["next"]
        else "",
        may=who.may("operator"),
    )


@router.post("/campaigns/suppressed")
def suppress(
    request: Request, site: Here, who: Operator, address: Annotated[str, Form(max_length=320)] = ""
) -> Response:
    """Send an address no more."""

    def work() -> str:
        Campaigns(site, by=who.name).suppress(address)
        return f"{address.strip()} gets no campaign any more"

    return act(request, work, to="/campaigns/suppressed")


@router.post("/campaigns/suppressed/remove")
def unsuppress(
    request: Request,
    site: Here,
    who: Operator,
    address: Annotated[str, Form(max_length=320)] = "",
    organisation_id: Annotated[int, Form(ge=0, le=2**63 - 1)] = 0,
) -> Response:
    """Send to it again."""

    def work() -> str:
        Campaigns(site, by=who.name).unsuppress(address, organisation_id)
        return f"{address} gets campaigns again"

    return act(request, work, to="/campaigns/suppressed")


@router.post("/campaigns/save")
def save(request: Request, site: Here, who: Operator, sent: Sent) -> Response:
    """Keep what was typed, or show how the mail would look (``do=preview``)."""
    said, number = campaign_form.typed(sent), _number(sent.get("id"))
    try:
        made = campaign_form.campaign(said)
        if sent.get("do") == "preview":
            return _form(request, who, said, "", number, made=made, nth=_number(sent.get("nth")))
        acts = Campaigns(site, by=who.name)
        if number:
            acts.change(number, made, _number(sent.get("revision")))
        else:
            number = acts.add(made)
    except (MailProblem, Refusal) as problem:
        return _form(request, who, said, str(problem), number, revision=_number(sent.get("revision")))
    return act(request, lambda: f"campaign {made.name} is saved as a draft", to=f"/campaigns/{number}")


@router.get("/campaigns/{campaign_id}")
def one(
    request: Request, site: Here, who: Viewer, campaign_id: Id, state: str = "", after: Number = None
) -> Response:
    """One campaign: how far it is, its text, its recipients."""
    tx = database.read()
    row, stored = shown.one(tx, campaign_id), kept.one(tx, campaign_id)
    if row is None or stored is None:
        raise Refusal("unknown_campaign", f"there is no campaign {campaign_id}: look at all of them")
    state = state if state in RECIPIENTS else ""
    found = shown.recipients_page(tx, campaign_id, state or None, ROWS, after or 0)
    more = f"/campaigns/{campaign_id}?{urlencode({'state': state, 'after': found['next']})}"
    return render(
        request,
        who,
        "campaign.html",
        campaign=row,
        looks=LOOKS,
        recipients=found["recipients"],
        more=more if found["next"] else "",
        state=state,
        states=RECIPIENTS,
        preview=shown.preview(tx, kept.read(stored)),
        problem=shown.link_problem(site),
        may=who.may("operator"),
    )


@router.get("/campaigns/{campaign_id}/edit")
def edit(request: Request, who: Operator, campaign_id: Id) -> Response:
    """The form of a draft."""
    row = kept.one(database.read(), campaign_id)
    if row is None:
        raise Refusal("unknown_campaign", f"there is no campaign {campaign_id}: look at all of them")
    made = kept.read(row)
    return _form(request, who, campaign_form.of(made), "", campaign_id, revision=row["revision"], made=made)


@router.post("/campaigns/{campaign_id}/schedule")
def schedule(
    request: Request,
    site: Here,
    who: Operator,
    campaign_id: Id,
    at: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Have it begin then, or at once."""

    def work() -> str:
        many = Campaigns(site, by=who.name).schedule(campaign_id, _moment(at, site))
        said = "1 person" if many == 1 else f"{many} people"
        return f"it begins {'at ' + at.replace('T', ' ') if at else 'with the next run'}, for {said}"

    return _do(request, campaign_id, work)


@router.post("/campaigns/{campaign_id}/{verb}")
def other(request: Request, site: Here, who: Operator, campaign_id: Id, verb: str) -> Response:
    """``pause``, ``resume``, ``cancel`` or ``copy``."""
    acts = Campaigns(site, by=who.name)

    def pause() -> str:
        back = acts.pause(campaign_id)
        return "it is paused" + (f"; {count(back, 'mail')} came back out of the outbox" if back else "")

    def resume() -> str:
        acts.resume(campaign_id)
        return "it goes on with the next run"

    def cancel() -> str:
        acts.cancel(campaign_id)
        return "it is cancelled"

    known: dict[str, Callable[[], str]] = {"pause": pause, "resume": resume, "cancel": cancel}
    if verb == "copy":
        try:
            number = acts.copy(campaign_id)
        except Refusal as refusal:
            return act(request, _refusing(refusal))
        return act(request, lambda: "this is a draft like it", to=f"/campaigns/{number}/edit")
    if verb not in known:
        raise Refusal("bad_value", f"there is no act {verb!r} on a campaign")
    return _do(request, campaign_id, known[verb])


def _do(request: Request, campaign_id: int, work: Callable[[], str]) -> Response:
    return act(request, work, to=f"/campaigns/{campaign_id}")


def _form(
    request: Request,
    who: Who,
    said: dict[str, Any],
    problem: str,
    number: int,
    *,
    made: Any = None,
    **more: Any,
) -> Response:
    tx = database.read()
    nth = more.pop("nth", 0)
    revision = more.pop("revision", 0)
    if number and not revision:
        row = kept.one(tx, number)
        revision = row["revision"] if row else 0
    return render(
        request,
        who,
        "campaign_form.html",
        status_code=422 if problem else 200,
        said=said,
        problem=problem,
        number=number,
        revision=revision,
        choices=campaign_form.CHOICES,
        preview=None if made is None else shown.preview(tx, made, nth),
    )


def _moment(text: str, site: Here) -> float | None:
    """What a field for date and time says, by the clock of the site's zone. Raises Refusal."""
    if not text.strip():
        return None
    try:
        return datetime.fromisoformat(text.strip()).replace(tzinfo=site.zone).timestamp()
    except (ValueError, OverflowError):
        raise Refusal("bad_value", f"starts: expected a date and time, got {text!r}") from None


def _number(value: object) -> int:
    text = value if isinstance(value, str) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _refusing(refusal: Refusal) -> Callable[[], str]:
    def work() -> str:
        raise refusal

    return work
