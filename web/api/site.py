"""The site at a glance over HTTP."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from store import database
from web.access.guard import Viewer
from web.here import Here
from web.shown.glance import glance

router = APIRouter(prefix="/api/v1", tags=["site"])


@router.get("/site")
def this_site(site: Here, who: Viewer) -> dict[str, Any]:
    """Its name, zone and clock; ``maintenance`` with since and reason, or null; how many nodes are up."""
    return glance(site, database.read())
