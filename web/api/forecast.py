"""What was and what will be, over HTTP: the forecast of run groups, timelines and durations of services."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from store import database
from web.access.guard import Viewer
from web.acts.named import find
from web.here import Here
from web.shown import durations, forecast, timeline

router = APIRouter(prefix="/api/v1")


@router.get("/groups/forecast")
def group_forecast(site: Here, who: Viewer) -> dict[str, Any]:
    """The next 24 hours of every run group; ``held``: when those that are held should become free."""
    tx = database.read()
    return {**forecast.group_forecast(site, tx), "held": forecast.estimated_free(site, tx)}


@router.get("/services/{name}/timeline")
def service_timeline(
    name: str, site: Here, who: Viewer, hours: Annotated[int, Query(ge=1, le=168)] = 24
) -> dict[str, Any]:
    """The runs of the last hours by node, and the planned starts of the next 24 hours."""
    return timeline.timeline(site, database.read(), find(site, name).name, hours)


@router.get("/services/{name}/durations")
def service_durations(
    name: str, site: Here, who: Viewer, days: Annotated[int, Query(ge=1, le=90)] = 7
) -> dict[str, Any]:
    """How long runs took and waited, and how many failed: by the hour up to 3 days, else by the day."""
    return durations.series(site, database.read(), find(site, name).name, days)
