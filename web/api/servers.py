"""Servers over HTTP: their states, and what was measured on them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from store import database
from web.access.guard import Viewer
from web.acts.refusal import Refusal
from web.here import Here
from web.shown import servers as shown

router = APIRouter(prefix="/api/v1")

#: Two years: so long roll-ups of hours are kept.
MOST_HOURS = 24 * 731


@router.get("/servers")
def list_servers(site: Here, who: Viewer) -> dict[str, Any]:
    """All servers by group and name: state, figures of the last hour in percent, and their checks."""
    return {"servers": shown.listing(database.read(), site.clock.now())}


@router.get("/servers/{server:path}/samples")
def samples(
    site: Here,
    who: Viewer,
    server: Annotated[str, Path(max_length=200, description="A server's name.")],
    metric: Annotated[str, Query(max_length=100, description="Such as cpu.percent or disk.used_percent.")],
    hours: Annotated[int, Query(ge=1, le=MOST_HOURS)] = 24,
) -> dict[str, Any]:
    """One metric over the last hours, a line for each of its objects, at times in epoch seconds."""
    tx = database.read()
    found = shown.named(tx, server)
    if found is None:
        raise Refusal("unknown_object", f"there is no server {server!r}: `tickworks servers` lists them")
    since = site.clock.now() - hours * 3600
    return shown.samples(tx, found["id"], metric, since=since, hours=hours)
