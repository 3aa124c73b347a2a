"""The home page: all services in one live table."""

from __future__ import annotations

import json
from functools import lru_cache, partial
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
from web.pages.service_rows import FOLDED, STATES, Asked, Row, chosen, folded, sections, state_of, tally
from web.shown import first_start, services

router = APIRouter(include_in_schema=False)


@router.get("/")
def index(request: Request, who: Viewer) -> Response:
    """The table; to a search from the page itself, only the table."""
    hub: Hub = request.app.state.hub
    picture, mark = hub.look(key_of("services", who.role, request))
    table = picture.whole(mark)
    if request.headers.get("hx-target", "").endswith("table"):
        return HTMLResponse(table, headers={"hx-replace-url": own_address(request)})
    asked = Asked.of(request.query_params.multi_items())
    new = who.may("admin") and first_start.offered(database.read())
    offers = first_start.OFFERS if new else ()
    return render(request, who, "services.html", table=table, asked=asked, offers=offers, **_facets(request))


def view(look: Look) -> Picture:
    """The live part: a row for each service, and how many need a look."""
    rows = look.once("services", lambda: _rows(look))
    asked = Asked.of(look.params)
    shown = chosen([row for row in rows if row["state"] not in FOLDED], asked)
    parts = {f"row-{row['name']}": _html(row, look.role) for row in shown}
    counts = tally(rows)
    parts["tally"] = fragment("_services_tally.html", counts=counts, shown=len(shown), asked=asked)
    rest = folded(rows)
    return Picture(
        container="table",
        parts=parts,
        whole=partial(_whole, shown, parts, rest, asked, look, asked.narrowed),
        layout=(tuple(parts), json.dumps(rest, default=str)),
    )


def _rows(look: Look) -> list[Row]:
    """The listing, with what only the page shows."""
    rows = services.listing(look.site, look.tx)
    now = look.site.clock.now()
    names = [row["name"] for row in rows if row["status"] not in FOLDED]
    zone = look.site.zone
    drawn = look.last_runs.of(look.tx, names, now, zone)
    for row in rows:
        newest, bars = drawn.get(row["name"], (0, ""))
        row["state"] = state_of(row, now)
        row["bars"] = bars if row["kind"] != "daemon" else ""
        row["zone_key"] = zone.key
        row["seen"] = f"{newest}-{row['running']}-{row['queued_since'] or ''}"
    return rows


def _html(row: Row, role: str) -> str:
    return _row_html(json.dumps({**row, "bars": None}), row["bars"], role)


@lru_cache(maxsize=8192)
def _row_html(row: str, bars: str, role: str) -> str:
    """A row as HTML; the same for the same data, so that a look costs only what has changed."""
    return fragment("_service_row.html", row={**json.loads(row), "bars": bars}, role=role, states=STATES)


def _whole(
    shown: list[Row],
    parts: dict[str, str],
    rest: dict[str, Any],
    asked: Asked,
    look: Look,
    unfolded: bool,
    mark: str,
) -> str:
    return fragment(
        "_services_table.html",
        sections=sections(shown),
        parts=parts,
        rest=rest,
        asked=asked,
        role=look.role,
        unfolded=unfolded,
        stream="/live/services?" + urlencode([*look.params, ("since_mark", mark)]),
        sort_link=partial(_sort_link, look.params, asked.sort),
    )


def _sort_link(params: tuple[tuple[str, str], ...], sort: str, column: str) -> str:
    """The address that orders by a column; the other way round where it is the order already."""
    wanted = f"-{column}" if sort == column else column
    kept = [(name, value) for name, value in params if name != "sort"]
    return "/?" + urlencode([*kept, ("sort", wanted)])


def _facets(request: Request) -> dict[str, Any]:
    """What can be chosen in the search form."""
    site = request.app.state.site
    declared = site.services.values()
    return {
        "statuses": [state for state in STATES if state not in FOLDED],
        "roles": sorted({role for service in declared for role in service.roles}),
        "groups": sorted({group for service in declared for group in service.run_groups}),
    }
