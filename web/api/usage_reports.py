"""Usage reports over HTTP; their schedules are objects of kind report_schedule."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from store import database
from web.access.guard import Viewer
from web.here import Here
from web.shown import usage_reports as shown

router = APIRouter(prefix="/api/v1")


@router.get("/reports/usage")
def list_usage_reports(site: Here, who: Viewer) -> dict[str, Any]:
    """The schedules by name, with what became of their last planned times."""
    return {"schedules": shown.listing(site, database.read())}


@router.get("/reports/usage/kinds")
def list_usage_kinds(who: Viewer) -> dict[str, Any]:
    """What a usage report can be about, and its columns."""
    return {"kinds": shown.kinds()}
