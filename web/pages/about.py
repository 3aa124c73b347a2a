"""About: what the site runs on, and whose work the page contains."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from store import database
from web.access.guard import Viewer
from web.here import Here
from web.pages.render import render
from web.shown.about import about

router = APIRouter(include_in_schema=False)


@router.get("/about")
def index(request: Request, who: Viewer, site: Here) -> Response:
    """The page."""
    return render(request, who, "about.html", about=about(site, database.read()))
