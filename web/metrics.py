"""``GET /metrics``: what Prometheus scrapes; open to everybody, and no label is secret."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from metrics.collect import Metrics
from node.prepare import release
from node.site import Site
from web.health import broker
from web.here import Here
from web.shown import jobs

router = APIRouter()


@router.get("/metrics", response_class=Response, include_in_schema=False)
def scrape(request: Request, site: Here) -> Response:
    """Every metric, as text or OpenMetrics by the Accept header; 200 also while the database is away."""
    body, content_type = _metrics(request.app.state, site).text(request.headers.get("accept", ""))
    return Response(body, headers={"content-type": content_type})


def _metrics(state: Any, site: Site) -> Metrics:
    """The one of this application: what it has read is shared by all who scrape."""
    if not hasattr(state, "metrics"):
        state.metrics = Metrics(
            clock=site.clock,
            zone=site.zone,
            version=release(),
            broker_reachable=_broker(site),
            kinds=sorted(jobs.declared(site)),
        )
    made: Metrics = state.metrics
    return made


def _broker(site: Site) -> Callable[[], bool] | None:
    """None where the broker is the database: one answer tells of both."""
    settings = site.settings.broker
    return None if settings.embedded else lambda: bool(broker(settings.url).reachable())
