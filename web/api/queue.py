"""The work queue as a whole over HTTP: the same for several jobs at once, and its limits."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from store import database
from web.access.guard import NotAllowed, Operator
from web.acts.job_settings import MOST
from web.acts.jobs import Jobs
from web.acts.refusal import Refusal
from web.api.jobs import HeldReason
from web.api.words import Reason, Word
from web.here import Here
from web.shown import jobs as shown

router = APIRouter(prefix="/api/v1", tags=["jobs"])

Id = Annotated[int, Field(ge=1, le=2**63 - 1)]


class Several(BaseModel):
    """Which jobs, and what is done to them."""

    model_config = ConfigDict(extra="forbid")

    ids: Annotated[list[Id], Field(min_length=1, max_length=5_000)]
    do: Literal["run", "control", "reactivate", "cancel", "hold", "release"]
    held_reason: HeldReason = "paused"
    reason: Reason | None = None


class Limits(BaseModel):
    """What changes; what is left out stays. `at_once` is the whole queue's, the first two are a kind's."""

    model_config = ConfigDict(extra="forbid")

    kind: Word | None = Field(None, description="none: the whole queue")
    priority: int | None = Field(None, ge=0, le=10, description="0 is first")
    parallel: int | None = Field(None, ge=1, le=MOST)
    at_once: int | None = Field(None, ge=1, le=MOST)
    automatic: bool | None = None
    reason: Reason | None = None


@router.post("/jobs/bulk")
def several_jobs(body: Several, site: Here, who: Operator) -> dict[str, Any]:
    """Do it to all of them or to none: ``{"jobs", "runs", "later"}``; the last two are of `run` only."""
    acts = Jobs(site, by=who.name, reason=body.reason)
    runs: list[int] = []
    later: list[str] = []
    if body.do == "run":
        forced = acts.run(body.ids)
        runs, later = list(forced.run_ids), list(forced.later)
    elif body.do == "hold":
        acts.hold(body.ids, body.held_reason)
    else:
        getattr(acts, body.do)(body.ids)
    return {"jobs": body.ids, "runs": runs, "later": later}


@router.patch("/job-limits")
def limit_jobs(body: Limits, site: Here, who: Operator) -> dict[str, Any]:
    """Change how jobs compete, from the next claim on; every kind as it is then.

    An operator stops and starts the whole queue (`automatic`); the rest is an admin's.
    """
    values = body.model_dump(exclude={"kind", "reason"}, exclude_none=True)
    if (body.kind is not None or values.keys() - {"automatic"}) and not who.may("admin"):
        raise NotAllowed("admin", who)
    strange = {"at_once"} if body.kind is not None else {"priority", "parallel"}
    if wrong := sorted(strange & values.keys()):
        whose = "the whole queue, not for a kind" if body.kind is not None else "a kind: name it"
        raise Refusal("bad_value", f"{' and '.join(wrong)}: that is for {whose}")
    if not values:
        raise Refusal("bad_value", "nothing to change: give priority, parallel, at_once or automatic")
    Jobs(site, by=who.name, reason=body.reason).set_limits(body.kind, values)
    return {"kinds": shown.kinds(site, database.read())}
