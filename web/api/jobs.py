"""The work queue over HTTP: the listing, orders, and what people do to jobs."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from domain.jobs.states import OPEN
from node.site import Site
from store import database
from web.access.guard import Operator, Viewer
from web.acts.jobs import Jobs
from web.acts.refusal import Refusal
from web.api.words import Json, Limit, Reason, Word
from web.here import Here
from web.shown import jobs as shown

router = APIRouter(prefix="/api/v1", tags=["jobs"])

JobId = Annotated[int, Path(ge=1, le=2**63 - 1, description="A job's number.")]
State = Literal["queued", "unknown", "running", "held", "failed", "done", "controlled", "cancelled"]
HeldReason = Literal["unpaid", "paused", "behind", "observe", "archived"]
Key = Annotated[
    Word | None,
    Header(alias="Idempotency-Key", description="The job's key: the same key never adds it twice."),
]


class Why(BaseModel):
    """Why it is done, for the audit."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason | None = None


class Ordered(Why):
    """What is to be done, for whom, and to what."""

    kind: Word
    organisation: Word
    object: Word = ""
    args: Json = Field(default_factory=dict)
    priority: int | None = Field(None, ge=0, le=10, description="0 is first; none: that of its kind")


class Holding(Why):
    """What holds it back."""

    held_reason: HeldReason = "paused"


class Retrying(Why):
    """All that failed; of one kind, if it is given."""

    kind: Word | None = None


@router.get("/jobs")
def list_jobs(
    site: Here,
    who: Viewer,
    organisation: Word | None = None,
    kind: Word | None = None,
    backend: Word | None = None,
    lane: Annotated[Word | None, Query(description="ORGANISATION/BACKEND")] = None,
    state: Annotated[list[State] | None, Query(description="May be repeated; none: all open ones.")] = None,
    q: Annotated[Word | None, Query(description="A part of the object or key.")] = None,
    limit: Limit = 50,
    cursor: Annotated[Word | None, Query(description="`next` of the page before.")] = None,
) -> dict[str, Any]:
    """The queue in its order, or ended jobs, the last to end first; ``next`` is null after the last page."""
    if lane is not None:
        organisation, backend = _lane(lane, organisation, backend)
    search = shown.Search(kind=kind, organisation=organisation, backend=backend, text=q)
    states = tuple(dict.fromkeys(state)) if state else OPEN
    try:
        return shown.page(site, database.read(), states=states, search=search, limit=limit, cursor=cursor)
    except ValueError as error:
        raise Refusal("bad_value", str(error)) from None


@router.post("/jobs", status_code=201)
def add_job(body: Ordered, site: Here, who: Operator, response: Response, key: Key = None) -> dict[str, Any]:
    """Order a job; 201 with the job, or 200 with the job that the same key brought before."""
    added = Jobs(site, by=who.name, reason=body.reason).add(
        body.kind,
        organisation=body.organisation,
        args=body.args,
        object=body.object,
        key=key,
        priority=body.priority,
    )
    if not added.new:
        response.status_code = 200
    return _job(site, added.id)


@router.post("/jobs/retry")
def retry_jobs(body: Retrying, site: Here, who: Operator) -> dict[str, Any]:
    """Give all jobs that failed their tries again: ``{"jobs": [id, …]}``."""
    return {"jobs": Jobs(site, by=who.name, reason=body.reason).retry_failed(body.kind)}


@router.get("/jobs/{job_id}")
def one_job(job_id: JobId, site: Here, who: Viewer) -> dict[str, Any]:
    """One job with its tries, as `tickworks jobs show --json`."""
    return _job(site, job_id)


@router.post("/jobs/{job_id}/run", status_code=202)
def run_job(job_id: JobId, site: Here, who: Operator, body: Why | None = None) -> dict[str, Any]:
    """Carry it out now: ``{"job", "runs": [run id, …], "later": [why no run was started, …]}``."""
    forced = _acts(site, who.name, body).run([job_id])
    return {"job": _job(site, job_id), "runs": list(forced.run_ids), "later": list(forced.later)}


@router.post("/jobs/{job_id}/control")
def control_job(job_id: JobId, site: Here, who: Operator, body: Why | None = None) -> dict[str, Any]:
    """It was done by hand: it leaves the queue."""
    _acts(site, who.name, body).control([job_id])
    return _job(site, job_id)


@router.post("/jobs/{job_id}/reactivate")
def reactivate_job(job_id: JobId, site: Here, who: Operator, body: Why | None = None) -> dict[str, Any]:
    """Take back a pending deletion of which no try was made."""
    _acts(site, who.name, body).reactivate([job_id])
    return _job(site, job_id)


@router.post("/jobs/{job_id}/cancel")
def cancel_job(job_id: JobId, site: Here, who: Operator, body: Why | None = None) -> dict[str, Any]:
    """Give it up; one that is at work cannot be called back."""
    _acts(site, who.name, body).cancel([job_id])
    return _job(site, job_id)


@router.post("/jobs/{job_id}/hold")
def hold_job(job_id: JobId, site: Here, who: Operator, body: Holding | None = None) -> dict[str, Any]:
    """Hold it back until it is released; later jobs of the same object wait with it."""
    _acts(site, who.name, body).hold([job_id], (body or Holding()).held_reason)
    return _job(site, job_id)


@router.post("/jobs/{job_id}/release")
def release_job(job_id: JobId, site: Here, who: Operator, body: Why | None = None) -> dict[str, Any]:
    """Let it go on, in its old place."""
    _acts(site, who.name, body).release([job_id])
    return _job(site, job_id)


@router.get("/job-kinds")
def list_job_kinds(site: Here, who: Viewer) -> dict[str, Any]:
    """Every kind, what is in force for it and how many are open, as `tickworks jobs kinds --json`."""
    return {"kinds": shown.kinds(site, database.read())}


def _acts(site: Site, by: str, body: Why | None) -> Jobs:
    return Jobs(site, by=by, reason=body.reason if body else None)


def _job(site: Site, job_id: int) -> dict[str, Any]:
    row = shown.one(site, database.read(), job_id)
    if row is None:
        raise Refusal("unknown_job", f"there is no job {job_id}: GET /api/v1/jobs lists them")
    return row


def _lane(lane: str, organisation: str | None, backend: str | None) -> tuple[str, str]:
    """Its organisation and back end; the name of a back end has no slash."""
    whose, slash, where = lane.rpartition("/")
    if not slash or organisation not in (None, whose) or backend not in (None, where):
        raise Refusal("bad_value", f"lane: expected ORGANISATION/BACKEND, got {lane!r}")
    return whose, where
