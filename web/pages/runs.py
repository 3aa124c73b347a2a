"""The runs of all services or of one, and what failed since somebody last looked."""

from __future__ import annotations

import json
from functools import lru_cache, partial
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from domain.run_state import STATES as ALL_STATES
from store import database, node
from web.access.guard import Viewer
from web.acts.looked import seen
from web.here import Here
from web.live.hub import Hub, Look
from web.live.picture import Picture
from web.live.stream import key_of, own_address
from web.pages.acting import act
from web.pages.render import fragment, render
from web.pages.run_rows import OUTCOMES, SETS, SPANS, STATES, TRIGGERS, Asked, state_of
from web.shown import run_list

router = APIRouter(include_in_schema=False)

#: How many runs a page of the table has.
ROWS = 50


@router.get("/runs")
def index(request: Request, who: Viewer, site: Here) -> Response:
    """The table; to a search from the page itself, only the table."""
    hub: Hub = request.app.state.hub
    picture, mark = hub.look(key_of("runs", who.role, request))
    table = picture.whole(mark)
    if request.headers.get("hx-target", "").endswith("table"):
        return HTMLResponse(table, headers={"hx-replace-url": own_address(request)})
    asked = Asked.of(request.query_params.multi_items())
    services = sorted(site.services.values(), key=lambda each: each.title.casefold())
    return render(request, who, "runs.html", table=table, services=services, **choices(asked))


@router.post("/runs/seen")
def seen_now(request: Request, who: Viewer, site: Here) -> Response:
    """What failed up to now counts no more."""

    def work() -> str:
        seen(site, who.user_id, by=who.name)
        return "Seen: from now on, only runs that fail later are counted"

    return act(request, work, to="/runs")


def view(look: Look) -> Picture:
    """The live part: the table."""
    params = dict(look.params)
    asked = Asked.of(look.params)
    found = run_list.page(look.site, look.tx, asked.wanted(look.site.clock.now()), ROWS, asked.cursor)
    path = f"/services/{asked.service}/runs" if "of" in params else "/runs"
    for run in found["runs"]:
        run["word"] = state_of(run)
    html = _table_html(json.dumps(found, sort_keys=True), asked, path, look.site.zone)
    return Picture(container="table", parts={"runs": html}, whole=partial(_whole, html, look))


def choices(asked: Asked) -> dict[str, Any]:
    """What the filters offer."""
    return {
        "asked": asked,
        "states": {**{name: text for name, (text, _) in SETS.items()}, **{name: name for name in ALL_STATES}},
        "outcome_words": OUTCOMES,
        "triggers": TRIGGERS,
        "spans": {name: text for name, (text, _) in SPANS.items()},
        "nodes": [row["name"] for row in node.rows(database.read())],
    }


@lru_cache(maxsize=64)
def _table_html(found: str, asked: Asked, path: str, zone: ZoneInfo) -> str:
    """The same for the same data, so that a look costs only what has changed."""
    page = json.loads(found)
    of_one = path != "/runs"
    return fragment(
        "_runs_table.html",
        rows=page["runs"],
        older=asked.link(path, page["next"], service=not of_one) if page["next"] else "",
        newest=asked.link(path, None, service=not of_one) if asked.before else "",
        everything=path,
        asked=asked,
        of_one=of_one,
        zone=zone,
        states=STATES,
    )


def _whole(html: str, look: Look, mark: str) -> str:
    stream = "/live/runs?" + urlencode([*look.params, ("since_mark", mark)])
    return fragment("_runs_live.html", runs=html, stream=stream)
