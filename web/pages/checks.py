"""All checks: state, since when, what was found last, when the next look is due; live."""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from store import database
from web.access.guard import Viewer
from web.live.hub import Hub, Look
from web.live.picture import Picture
from web.live.stream import key_of, own_address
from web.pages.render import fragment, render
from web.pages.watched_rows import STATES, measured
from web.shown import checks as shown

router = APIRouter(include_in_schema=False)

PAGE = "/checks"
FILTERS = ("q", "state", "kind", "group")
#: More rows than this nobody reads: the filters find the rest.
ROWS = 300


@router.get(PAGE)
def index(request: Request, who: Viewer) -> Response:
    """The table; to a search from the page itself, only the table."""
    hub: Hub = request.app.state.hub
    picture, mark = hub.look(key_of("checks", who.role, request))
    table = picture.whole(mark)
    if request.headers.get("hx-target", "").endswith("table"):
        return HTMLResponse(table, headers={"hx-replace-url": own_address(request)})
    rows = shown.listing(database.read())
    return render(
        request,
        who,
        "checks.html",
        table=table,
        asked={name: request.query_params.get(name, "") for name in FILTERS},
        states=STATES,
        all_states=shown.STATES,
        kinds=sorted({row["kind"] for row in rows}),
        groups=sorted({row["group"] for row in rows if row["group"]}),
    )


def view(look: Look) -> Picture:
    """The live part: a row for each check, and how many are in each state."""
    asked = {name: value for name, value in look.params if name in FILTERS}
    listed = look.once("checks", lambda: shown.listing(look.tx))
    found = shown.chosen(listed, **asked)
    parts = {f"check-{row['id']}": _row(row, look) for row in found[:ROWS]}
    tally = fragment("_checks_tally.html", counts=shown.counts(listed), states=STATES)
    return Picture(
        container="table",
        parts={"tally": tally, **parts},
        whole=partial(_whole, parts, tally, len(found), look),
        layout=(tuple(parts), len(found)),
    )


def _row(row: dict[str, Any], look: Look) -> str:
    return fragment("_check_row.html", row=row, states=STATES, measured=measured(row), zone=look.site.zone)


def _whole(parts: dict[str, str], tally: str, found: int, look: Look, mark: str) -> str:
    stream = "/live/checks?" + urlencode([*look.params, ("since_mark", mark)])
    return fragment("_checks_table.html", parts=parts, tally=tally, found=found, stream=stream, most=ROWS)
