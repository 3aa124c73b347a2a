"""Alerts over HTTP: the listing, acknowledgements, mutes and maintenance windows."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from store import database
from web.access.guard import Operator, Viewer
from web.acts import alerts as acts
from web.acts.refusal import Refusal
from web.here import Here
from web.shown import alerts as shown

router = APIRouter(prefix="/api/v1")

Id = Annotated[int, Path(ge=1, le=2**63 - 1)]
About = Annotated[
    str | None,
    Field(
        description='"service NAME", "node NAME", "run_group NAME", "check SERVER/NAME", …: '
        "a star ends a prefix."
    ),
]
Text = Annotated[str | None, Field(max_length=500)]


class Acknowledging(BaseModel):
    """What is being done about it."""

    model_config = ConfigDict(extra="forbid")
    note: Text = None


class Muting(BaseModel):
    """Which alerts are to be quiet, and for how many seconds; none given: until the mute is ended."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    rule: str | None = None
    about: About = Field(default=None, alias="object")
    seconds: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    reason: Text = None


class WindowPlan(BaseModel):
    """A maintenance window; without `starts_at` it begins now, without `object` it is the whole site's."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    about: About = Field(default=None, alias="object")
    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime
    reason: Text = None


@router.get("/alerts")
def list_alerts(
    site: Here,
    who: Viewer,
    state: Literal["open", "resolved", "all"] = "open",
    before: Annotated[int | None, Query(ge=1, le=2**63 - 1, description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> dict[str, Any]:
    """The newest first; `next` is the `before` of the next page, null after the last."""
    return shown.page(site, database.read(), state=state, before=before, limit=limit)


@router.post("/alerts/{alert_id}/acknowledge")
def acknowledge(alert_id: Id, body: Acknowledging, site: Here, who: Operator) -> dict[str, Any]:
    """Somebody looks after it; the alert as it is then."""
    acts.acknowledge(site, alert_id, by=who.name, note=body.note)
    return _alert(site, alert_id)


@router.delete("/alerts/{alert_id}/acknowledge")
def unacknowledge(alert_id: Id, site: Here, who: Operator) -> dict[str, Any]:
    """Nobody looks after it any more; the alert as it is then."""
    acts.unacknowledge(site, alert_id, by=who.name)
    return _alert(site, alert_id)


@router.get("/alerts/mutes")
def list_mutes(site: Here, who: Viewer) -> dict[str, Any]:
    """The mutes in force, the newest first."""
    return {"mutes": shown.mutes(site, database.read())}


@router.post("/alerts/mutes", status_code=201)
def mute(body: Muting, site: Here, who: Operator) -> dict[str, Any]:
    """Keep alerts quiet; the mute."""
    made = acts.silence(
        site, body.rule, by=who.name, about=body.about, seconds=body.seconds, reason=body.reason
    )
    return next((row for row in shown.mutes(site, database.read()) if row["id"] == made), {"id": made})


@router.delete("/alerts/mutes/{mute_id}", status_code=204)
def unmute(mute_id: Id, site: Here, who: Operator) -> None:
    """End a mute."""
    acts.unmute(site, mute_id, by=who.name)


@router.get("/alerts/windows")
def list_windows(site: Here, who: Viewer) -> dict[str, Any]:
    """The maintenance windows that are not over, the earliest first."""
    return {"windows": shown.windows(site, database.read())}


@router.post("/alerts/windows", status_code=201)
def plan_window(body: WindowPlan, site: Here, who: Operator) -> dict[str, Any]:
    """Plan a maintenance window; the window."""
    made = acts.plan_window(
        site,
        starts_at=_epoch(body.starts_at),
        ends_at=body.ends_at.timestamp(),
        by=who.name,
        about=body.about,
        reason=body.reason,
    )
    return next((row for row in shown.windows(site, database.read()) if row["id"] == made), {"id": made})


@router.delete("/alerts/windows/{window_id}", status_code=204)
def cancel_window(window_id: Id, site: Here, who: Operator) -> None:
    """Cancel a maintenance window."""
    acts.cancel_window(site, window_id, by=who.name)


def _alert(site: Here, alert_id: int) -> dict[str, Any]:
    row = shown.one(site, database.read(), alert_id)
    if row is None:
        raise Refusal("unknown_alert", f"there is no alert {alert_id}: it was cleaned up meanwhile")
    return row


def _epoch(at: datetime | None) -> float | None:
    return None if at is None else at.timestamp()
