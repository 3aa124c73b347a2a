"""The event log: what happened that somebody may want to hear of; and messages that nobody understood."""

from __future__ import annotations

import json
from functools import lru_cache, partial
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from store import database
from web.access.guard import Viewer
from web.live.hub import Hub, Look
from web.live.picture import Picture
from web.live.stream import key_of, own_address
from web.pages.event_rows import SEVERITIES, Asked
from web.pages.render import fragment, render
from web.shown import events

router = APIRouter(include_in_schema=False)

#: How many events a page of the table has, and how many rejected messages the page lists.
ROWS = 100
REJECTED = 200


@router.get("/events")
def index(request: Request, who: Viewer) -> Response:
    """The table; to a search from the page itself, only the table."""
    hub: Hub = request.app.state.hub
    picture, mark = hub.look(key_of("events", who.role, request))
    table = picture.whole(mark)
    if request.headers.get("hx-target", "").endswith("table"):
        return HTMLResponse(table, headers={"hx-replace-url": own_address(request)})
    tx = database.read()
    asked = Asked.of(request.query_params.multi_items())
    types, senders = events.choices(tx)
    return render(
        request,
        who,
        "events.html",
        table=table,
        asked=asked,
        types=sorted({*types, *filter(None, [asked.type])}),
        senders=sorted({*senders, *filter(None, [asked.sender])}),
        severities=list(SEVERITIES),
        rejected=events.rejections_kept(tx),
    )


@router.get("/events/rejected")
def rejected(request: Request, who: Viewer) -> Response:
    """Messages that were refused, with the reason; the newest first."""
    tx = database.read()
    kept = events.rejections_kept(tx)
    return render(request, who, "rejected.html", rows=events.rejections(tx, REJECTED), rejected=kept)


def view(look: Look) -> Picture:
    """The live part: a row for each event, the newest at the top."""
    asked = Asked.of(look.params)
    shown = _page(look, asked)
    parts = {f"event-{row['id']}": _row_html(json.dumps(row), look.site.zone.key) for row in shown["events"]}
    return Picture(
        container="table",
        parts=parts,
        whole=partial(_whole, shown, parts, asked, look),
        layout=(tuple(parts), shown["next"]),
    )


def _page(look: Look, asked: Asked) -> dict[str, Any]:
    """The events asked for; a cursor that is none begins anew."""
    wanted = asked.wanted(look.site.zone)
    try:
        return events.page(look.tx, wanted, ROWS, asked.cursor or None)
    except ValueError:
        return events.page(look.tx, wanted, ROWS)


@lru_cache(maxsize=4096)
def _row_html(row: str, zone: str) -> str:
    """A row as HTML: an event never changes."""
    return fragment("_event_row.html", row=json.loads(row), zone=ZoneInfo(zone), severities=SEVERITIES)


def _whole(shown: dict[str, Any], parts: dict[str, str], asked: Asked, look: Look, mark: str) -> str:
    kept = [(name, value) for name, value in look.params if name != "cursor"]
    return fragment(
        "_events_table.html",
        parts=parts,
        asked=asked,
        stream="/live/events?" + urlencode([*look.params, ("since_mark", mark)]),
        older="/events?" + urlencode([*kept, ("cursor", shown["next"])]) if shown["next"] else "",
        first="/events?" + urlencode(kept) if asked.cursor else "",
    )
