"""Run groups: who holds each of them, who waits in which order and why, and the next 24 hours."""

from __future__ import annotations

import json
from functools import partial
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from node.site import Site
from store import database
from web.access.guard import Viewer
from web.charts.forecast import chart
from web.here import Here
from web.live.hub import Hub, Look
from web.live.picture import Picture
from web.live.stream import key_of
from web.pages.group_rows import LISTED, Row, board, collisions, left_out, tally
from web.pages.kept import Kept
from web.pages.render import fragment, render
from web.shown import forecast, group_day
from web.shown import groups as shown

router = APIRouter(include_in_schema=False)

#: Planned times are of whole minutes, and so is what is foreseen.
day_of = Kept(group_day.day, 60.0)


@router.get("/groups")
def index(request: Request, who: Viewer, site: Here) -> Response:
    """The board, and the forecast under it."""
    hub: Hub = request.app.state.hub
    picture, mark = hub.look(key_of("groups", who.role, request))
    later = _forecast(site, who.may("operator"))
    return render(request, who, "groups.html", table=picture.whole(mark), forecast=later)


@router.get("/groups/forecast")
def later(who: Viewer, site: Here) -> Response:
    """The forecast alone, for a page that is open already."""
    return HTMLResponse(_forecast(site, who.may("operator")))


def view(look: Look) -> Picture:
    """The live part: a card for each group that is in use, one line for each that is not."""
    groups = look.once("board of groups", lambda: _board(look))
    parts = {f"group-{group['name']}": _card(group, look) for group in groups}
    counts = tally(groups)
    parts["tally"] = fragment("_groups_tally.html", counts=counts, number=len(groups))
    quiet = tuple(group["name"] for group in groups if group["quiet"])
    return Picture(
        container="table",
        parts=parts,
        whole=partial(_whole, groups, parts, look),
        layout=(tuple(parts), json.dumps(quiet)),
    )


def _board(look: Look) -> list[Row]:
    groups = shown.listing(look.site, look.tx)
    free = forecast.estimated_free(look.site, look.tx)
    return board(groups, free, day_of(look.site, look.tx), look.site.clock.now())


def _card(group: Row, look: Look) -> str:
    template = "_group_free.html" if group["quiet"] else "_group.html"
    return fragment(template, group=group, zone=look.site.zone)


def _whole(groups: list[Row], parts: dict[str, str], look: Look, mark: str) -> str:
    return fragment(
        "_groups_board.html",
        groups=groups,
        parts=parts,
        stream="/live/groups?" + urlencode([*look.params, ("since_mark", mark)]),
    )


def _forecast(site: Site, may_edit: bool) -> str:
    day = day_of(site, database.read())
    return fragment(
        "_groups_forecast.html",
        found=day.forecast,
        chart=chart(day.forecast, site.zone, day.titles),
        collisions=collisions(day, site.zone),
        left_out=left_out(day.forecast),
        titles=day.titles,
        may_edit=may_edit,
        suggestions=day.forecast.suggestions[:LISTED],
    )
