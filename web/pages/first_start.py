"""The answer to what a new site is offered on the services page."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from web.access.guard import Admin
from web.acts import first_start as acts
from web.here import Here
from web.pages.acting import act

router = APIRouter(include_in_schema=False)


@router.post("/first-start/dismiss")
def dismiss(request: Request, site: Here, who: Admin) -> Response:
    """Begin with the empty site."""

    def work() -> str:
        acts.dismiss(site, by=who.name)
        return "the site is yours: nothing is offered any more"

    return act(request, work, to="/")
