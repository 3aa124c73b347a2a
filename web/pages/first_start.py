"""The answer to what a new site is offered on the services page."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from domain.time.spoken import count
from web.access.guard import Admin
from web.acts import first_start as acts
from web.acts.sample import Sample
from web.here import Here, own_port
from web.pages.acting import act

router = APIRouter(include_in_schema=False)


@router.post("/first-start/dismiss")
def dismiss(request: Request, site: Here, who: Admin) -> Response:
    """Begin with the empty site."""

    def work() -> str:
        acts.dismiss(site, by=who.name)
        return "the site is yours: nothing is offered any more"

    return act(request, work, to="/")


@router.post("/first-start/sample")
def load_sample(
    request: Request, site: Here, who: Admin, name: Annotated[str, Form(max_length=40)] = ""
) -> Response:
    """Begin with a sample provider."""

    def work() -> str:
        done = Sample(site, by=who.name).load(name, own_port(request))
        text = f"the sample {name} is loaded: {count(sum(done.objects.values()), 'object')}"
        if done.profiles:
            text += f"; {' and '.join(done.profiles)} switched on, running nodes start anew with it"
        return "; ".join((text, *done.notes))

    return act(request, work, to="/")
