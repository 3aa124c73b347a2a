"""Run groups over HTTP."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from store import database
from web.access.guard import Viewer
from web.here import Here
from web.shown import groups as shown

router = APIRouter(prefix="/api/v1", tags=["groups"])


@router.get("/groups")
def list_groups(site: Here, who: Viewer) -> dict[str, Any]:
    """Who holds each run group and who waits for it, as `tickworks groups --json`."""
    return {"groups": shown.listing(site, database.read())}
