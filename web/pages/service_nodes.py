"""The rows that unfold under a service of the table: one for each of its nodes."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from store import database
from web.access.guard import Viewer
from web.acts.named import usable
from web.here import Here
from web.pages.render import fragment, render
from web.shown.service_nodes import nodes_of

router = APIRouter(include_in_schema=False)

#: State -> (icon, tone), of a node or of a daemon's instance.
STATES = {
    "running": ("running", "busy"),
    "waiting": ("waiting", "warn"),
    "starting": ("waiting", "busy"),
    "idle": ("enabled", "good"),
    "draining": ("pause", "warn"),
    "backing_off": ("waiting", "warn"),
    "stopped": ("disabled", "quiet"),
    "crash_loop": ("failed", "bad"),
    "lost": ("failed", "bad"),
}


@router.get("/services/{name}/nodes")
def nodes(request: Request, who: Viewer, site: Here, name: str) -> Response:
    """As rows of the services table, or a page. Raises Refusal (unknown_service, legacy, off, planned)."""
    service = usable(site, name)
    rows = nodes_of(site, database.read(), service.name)
    if "hx-request" in request.headers:
        return HTMLResponse(
            fragment(
                "_service_nodes.html",
                service=service,
                rows=rows,
                states=STATES,
                zone=site.zone,
                role=who.role,
            )
        )
    # A table without boxes to tick.
    return render(
        request, who, "service_nodes.html", service=service, rows=rows, states=STATES, role="viewer"
    )
