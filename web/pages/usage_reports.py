"""The page of usage reports: when each is mailed, and what became of it."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from store import database
from web.access.guard import Viewer
from web.here import Here
from web.pages.render import render
from web.shown import usage_reports as shown

router = APIRouter(include_in_schema=False)


@router.get("/reports/usage")
def index(request: Request, site: Here, who: Viewer) -> Response:
    """All schedules, and their history."""
    rows = shown.listing(site, database.read())
    return render(request, who, "usage_reports.html", schedules=rows, kinds=shown.kinds())
