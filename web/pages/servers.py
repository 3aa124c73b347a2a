"""Servers: their states in groups, live; and one server with its charts, checks, services and parts."""

from __future__ import annotations

from functools import partial
from itertools import groupby
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from store import database, sample
from web.access.guard import Viewer
from web.acts.refusal import Refusal
from web.here import Here
from web.live.hub import Hub, Look
from web.live.picture import Picture
from web.live.stream import key_of, own_address
from web.pages.render import fragment, render
from web.pages.watched_rows import STATES, tone
from web.shown import checks
from web.shown import servers as shown

router = APIRouter(include_in_schema=False)

PAGE = "/servers"
#: Hours that the charts can show.
HOURS = {6: "6 hours", 24: "24 hours", 168: "7 days", 720: "30 days", 8760: "a year"}
#: Metric -> the title of its chart, in which unit.
CHARTS = {
    "cpu.percent": ("CPU, %", "percent"),
    "memory.used_percent": ("Memory used, %", "percent"),
    "disk.used_percent": ("Disks used, %", "percent"),
    "network.received_bytes_per_second": ("Received, bytes/s", "bytes"),
    "network.sent_bytes_per_second": ("Sent, bytes/s", "bytes"),
    "check.seconds": ("Answers of checks, s", "seconds"),
}
#: Of each check so many of the last looks are listed.
RESULTS = 20


@router.get(PAGE)
def index(request: Request, who: Viewer) -> Response:
    """The table; to a search from the page itself, only the table."""
    hub: Hub = request.app.state.hub
    picture, mark = hub.look(key_of("servers", who.role, request))
    table = picture.whole(mark)
    if request.headers.get("hx-target", "").endswith("table"):
        return HTMLResponse(table, headers={"hx-replace-url": own_address(request)})
    asked = {name: request.query_params.get(name, "") for name in ("q", "state")}
    return render(
        request, who, "servers.html", table=table, asked=asked, states=STATES, all_states=shown.STATES
    )


def view(look: Look) -> Picture:
    """The live part: a row for each server, under the name of its group."""
    asked = dict(look.params)
    listed = look.once("servers", lambda: shown.listing(look.tx, look.site.clock.now()))
    part = asked.get("q", "").casefold()
    found = [
        row
        for row in listed
        if asked.get("state", "") in ("", row["state"])
        and any(part in row[field].casefold() for field in ("name", "group", "address"))
    ]
    groups = [(name, [row["id"] for row in rows]) for name, rows in groupby(found, lambda row: row["group"])]
    parts = {f"server-{row['id']}": _row(row, look) for row in found}
    return Picture(
        container="table",
        parts=parts,
        whole=partial(_whole, groups, parts, bool(listed), look),
        layout=tuple((name, tuple(ids)) for name, ids in groups),
    )


@router.get(PAGE + "/{server_name:path}")
def server(
    request: Request,
    who: Viewer,
    site: Here,
    server_name: str,
    hours: Annotated[int, Query(ge=1, le=24 * 731)] = 24,
) -> Response:
    """Its charts, its checks with what they found, its services and what it is made of."""
    tx = database.read()
    found = shown.named(tx, server_name)
    if found is None:
        raise Refusal("unknown_object", f"there is no server {server_name!r}: `tickworks servers` lists them")
    now = site.clock.now()
    row = next(each for each in shown.listing(tx, now) if each["name"] == found["name"])
    own = checks.listing(tx, server_id=found["id"])
    known = {each.metric for each in sample.latest(tx, sample.of_server(found["id"]))}
    return render(
        request,
        who,
        "server.html",
        server=row,
        checks=[(each, checks.results(tx, each["id"], limit=RESULTS)["results"]) for each in own],
        charts={metric: chart for metric, chart in CHARTS.items() if metric in known},
        newest=_newest(tx, found["id"]),
        hours=hours,
        spans=HOURS,
        states=STATES,
        tone=tone,
        parts=shown.parts(tx, found["id"]),
    )


def _newest(tx: Any, server_id: int) -> list[Any]:
    """The newest figures, which the charts draw, as a table."""
    return [each for each in sample.latest(tx, sample.of_server(server_id)) if each.metric in CHARTS]


def _row(row: dict[str, Any], look: Look) -> str:
    return fragment("_server_row.html", row=row, states=STATES, tone=tone, zone=look.site.zone)


def _whole(
    groups: list[tuple[str, list[int]]], parts: dict[str, str], some: bool, look: Look, mark: str
) -> str:
    stream = "/live/servers?" + urlencode([*look.params, ("since_mark", mark)])
    made = [(name, [parts[f"server-{each}"] for each in ids]) for name, ids in groups]
    return fragment("_servers_table.html", groups=made, stream=stream, some=some)
