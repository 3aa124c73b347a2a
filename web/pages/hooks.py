"""The page of event hooks: how each does, and the log of calls."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import HTMLResponse, Response

from store import database
from store.hooks.listed import STATES
from web.access.guard import Operator, Viewer
from web.acts.hooks import Hooks
from web.acts.refusal import Refusal
from web.here import Here
from web.live.stream import own_address
from web.pages.acting import act
from web.pages.render import fragment, render
from web.shown import events
from web.shown import hooks as shown

router = APIRouter(include_in_schema=False)

Id = Annotated[int, Path(ge=1, le=2**63 - 1)]
Word = Annotated[str, Query(max_length=200)]
ROWS = 50

#: How a state looks: its icon and its tone.
LOOKS = {
    "queued": ("waiting", "quiet"),
    "sending": ("running", "busy"),
    "done": ("done", "good"),
    "failed": ("failed", "bad"),
    "dropped": ("disabled", "quiet"),
}


@router.get("/hooks")
def index(
    request: Request,
    site: Here,
    who: Viewer,
    hook: Word = "",
    state: Word = "",
    q: Word = "",
    before: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None,
) -> Response:
    """The hooks and their calls; to a search from the page itself, only the calls."""
    tx = database.read()
    asked = {"hook": hook, "state": state if state in STATES else "", "q": q}
    found = shown.page(tx, _wanted(asked), ROWS, before)
    kept = {name: value for name, value in asked.items() if value}
    older = f"/hooks?{urlencode({**kept, 'before': found['next']})}" if found["next"] else ""
    values = {
        "calls": found["calls"],
        "asked": asked,
        "older": older,
        "newest": f"/hooks?{urlencode(kept)}" if before else "",
        "looks": LOOKS,
        "may": who.may("operator"),
    }
    if request.headers.get("hx-target", "").endswith("table"):
        html = fragment("_hook_calls.html", zone=site.zone, **values)
        return HTMLResponse(html, headers={"hx-replace-url": own_address(request)})
    return render(
        request,
        who,
        "hooks.html",
        hooks=shown.hooks(tx),
        states=STATES,
        rejected=events.rejections_kept(tx),
        **values,
    )


@router.get("/hooks/calls/{call_id}")
def one(request: Request, who: Viewer, call_id: Id) -> Response:
    """One call: what was sent, and every try."""
    row = shown.call(database.read(), call_id)
    if row is None:
        raise Refusal("unknown_call", f"there is no call {call_id}: look at all of them")
    return render(request, who, "hook_call.html", call=row, looks=LOOKS, may=who.may("operator"))


@router.post("/hooks/calls/{call_id}/retry")
def retry(request: Request, site: Here, who: Operator, call_id: Id) -> Response:
    """Try a call again."""

    def work() -> str:
        Hooks(site, by=who.name).retry(call_id)
        return f"call {call_id} is tried again with the next run"

    return act(request, work)


@router.post("/hooks/{hook_id}/pause")
def pause(
    request: Request,
    site: Here,
    who: Operator,
    hook_id: Id,
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Call a hook no more."""
    return act(
        request, lambda: f"hook {Hooks(site, by=who.name).pause(hook_id, reason)} is paused", to="/hooks"
    )


@router.post("/hooks/{hook_id}/resume")
def resume(request: Request, site: Here, who: Operator, hook_id: Id) -> Response:
    """Call a hook again."""
    return act(
        request, lambda: f"hook {Hooks(site, by=who.name).resume(hook_id)} is called again", to="/hooks"
    )


def _wanted(asked: dict[str, str]) -> shown.Wanted:
    number = asked["hook"]
    hook = int(number) if number.isascii() and number.isdigit() and len(number) < 19 else None
    return shown.Wanted(hook, asked["state"] or None, asked["q"].strip() or None)
