"""One run: what it does or did, why and how long it waited, its steps, attempts and log."""

from __future__ import annotations

import json
from functools import partial
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from node.site import Site
from store import database
from web.access.guard import Operator, Viewer
from web.acts.again import again
from web.acts.cancel import cancel
from web.acts.refusal import Refusal
from web.api.words import RunId
from web.here import Here
from web.live.hub import Hub, Look
from web.live.picture import Picture
from web.pages.acting import act
from web.pages.notice import acted
from web.pages.render import fragment, render
from web.pages.run_rows import STATES, STEPS, state_of
from web.shown.run_story import story

router = APIRouter(include_in_schema=False)

GONE = '<div id="run"><p class="empty">This run is in the history no more.</p></div>'


@router.get("/runs/{run_id}")
def run(request: Request, who: Viewer, site: Here, run_id: RunId) -> Response:
    """Raises Refusal (unknown_run)."""
    found = story(site, database.read(), run_id)
    if found is None:
        raise Refusal(
            "unknown_run", f"there is no run {run_id}: it never was, or its time in history is over"
        )
    hub: Hub = request.app.state.hub
    picture, mark = hub.look(("run", who.role, (("id", str(run_id)),)))
    return render(request, who, "run.html", run=found, live=picture.whole(mark))


@router.post("/runs/{run_id}/cancel")
def cancel_run(request: Request, who: Operator, site: Here, run_id: RunId) -> Response:
    """End it if it waits; ask it to stop if it runs."""

    def work() -> str:
        done = cancel(site, run_id, by=who.name)
        if done.ended:
            return f"Run {run_id} is cancelled"
        asked = "had been asked" if done.again else "is asked"
        return f"Run {run_id} {asked} to stop: its groups are held until it has"

    return act(request, work)


@router.post("/runs/{run_id}/again")
def run_again(
    request: Request,
    who: Operator,
    site: Here,
    run_id: RunId,
    seen: Annotated[str, Form(max_length=60)] = "",
) -> Response:
    """A new run with the same arguments; the page goes to it."""
    try:
        made = again(site, run_id, by=who.name, key=f"page again {run_id} {seen}" if seen else None)
    except Refusal as refusal:
        return acted(request, str(refusal), tone="bad")
    said = f"{made.service.title}: run {made.run_ids[0]} has the same arguments as run {run_id}"
    return act(request, lambda: said, to=f"/runs/{made.run_ids[0]}")


def view(look: Look) -> Picture:
    """The live part, in pieces, so that what is being read or pressed stays."""
    text = dict(look.params).get("id", "")
    known = text.isascii() and text.isdigit() and len(text) < 19
    found = story(look.site, look.tx, int(text)) if known else None
    if found is None:
        return Picture(container="run", parts={}, whole=lambda _: GONE, layout="gone")
    values = _values(look.site, found, look.role)
    names = ("head", "facts", "steps", "attempts")
    parts = {f"run-{name}": fragment(f"_run_{name}.html", **values) for name in names}
    return Picture(container="run", parts=parts, whole=partial(_whole, parts, look))


def _values(site: Site, found: dict[str, Any], role: str) -> dict[str, Any]:
    return {
        "run": found,
        "word": state_of(found),
        "args": json.dumps(found["args"], indent=2, ensure_ascii=False) if found["args"] else "",
        "runnable": getattr(site.services.get(found["service"]), "kind", "daemon") != "daemon",
        "role": role,
        "zone": site.zone,
        "states": STATES,
        "step_states": STEPS,
    }


def _whole(parts: dict[str, str], look: Look, mark: str) -> str:
    stream = "/live/run?" + urlencode([*look.params, ("since_mark", mark)])
    return fragment("_run.html", parts=parts, stream=stream)
