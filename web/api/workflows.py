"""Workflows over HTTP: build, edit, switch, try one out on an event, and their runs with steps."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from domain.workflow.definition import Definition, from_plain
from domain.workflow.problem import WorkflowProblem
from store import database
from web.access.guard import Admin, Viewer
from web.acts.refusal import Refusal
from web.acts.workflows import Workflows
from web.api.words import Reason
from web.here import Here
from web.shown import workflows as shown

router = APIRouter(prefix="/api/v1")

Id = Annotated[int, Path(ge=1, le=2**63 - 1)]
Why = Annotated[Reason | None, Query(description="For the audit.")]


class Looking(BaseModel):
    """A condition: `field` such as ``severity`` or ``data.amount``; `operator` such as ``is`` or ``more``."""

    model_config = ConfigDict(extra="forbid")
    field: str
    operator: str
    value: str = ""


class Building(BaseModel):
    """A workflow. Each action has a `kind` (mail, job, http, event) and that kind's texts."""

    model_config = ConfigDict(extra="forbid")
    name: str
    event: str
    match: Literal["all", "any"] = "all"
    conditions: Annotated[list[Looking], Field(max_length=20)] = Field(default_factory=list)
    actions: Annotated[list[dict[str, str]], Field(max_length=20)]

    def definition(self) -> Definition:
        """The same. Raises Refusal (bad_value)."""
        try:
            return from_plain(self.model_dump(exclude={"name"}))
        except WorkflowProblem as problem:
            raise Refusal("bad_value", str(problem)) from None


class Trying(BaseModel):
    """An event to try it on: its `key`, as `GET workflows/{id}/events` gives it."""

    model_config = ConfigDict(extra="forbid")
    event: Annotated[str, Field(pattern=r"^(event|change)-[0-9]{1,18}$")]


@router.get("/workflows")
def list_workflows(who: Viewer) -> dict[str, Any]:
    """All workflows by name, each with its last run."""
    return {"workflows": shown.listing(database.read())}


@router.post("/workflows", status_code=201)
def add_workflow(body: Building, site: Here, who: Admin, reason: Why = None) -> dict[str, Any]:
    """Keep a workflow, on; the workflow."""
    return _one(Workflows(site, by=who.name, reason=reason).add(body.name, body.definition()))


@router.get("/workflows/runs")
def list_workflow_runs(
    who: Viewer,
    workflow: Annotated[int | None, Query(ge=1, le=2**63 - 1, description="The workflow's number.")] = None,
    before: Annotated[int | None, Query(ge=1, le=2**63 - 1, description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> dict[str, Any]:
    """The newest first, each with its steps."""
    return shown.runs(database.read(), workflow, limit, before)


@router.get("/workflows/{workflow_id}")
def one_workflow(workflow_id: Id, who: Viewer) -> dict[str, Any]:
    """One workflow, with what it says and its versions."""
    return _one(workflow_id)


@router.post("/workflows/{workflow_id}")
def change_workflow(
    workflow_id: Id,
    body: Building,
    site: Here,
    who: Admin,
    version: Annotated[int, Query(ge=1, le=2**31, description="The one that you have seen.")],
    reason: Why = None,
) -> dict[str, Any]:
    """Write its next version; runs that have begun keep theirs. The workflow."""
    Workflows(site, by=who.name, reason=reason).change(workflow_id, version, body.name, body.definition())
    return _one(workflow_id)


@router.post("/workflows/{workflow_id}/enable", status_code=204)
def enable_workflow(workflow_id: Id, site: Here, who: Admin, reason: Why = None) -> None:
    """Let events set it off from now on."""
    Workflows(site, by=who.name, reason=reason).enable(workflow_id)


@router.post("/workflows/{workflow_id}/disable", status_code=204)
def disable_workflow(workflow_id: Id, site: Here, who: Admin, reason: Why = None) -> None:
    """Let no event set it off; what has begun goes on."""
    Workflows(site, by=who.name, reason=reason).disable(workflow_id)


@router.delete("/workflows/{workflow_id}", status_code=204)
def archive_workflow(workflow_id: Id, site: Here, who: Admin, reason: Why = None) -> None:
    """Put it away."""
    Workflows(site, by=who.name, reason=reason).archive(workflow_id)


@router.get("/workflows/{workflow_id}/events")
def workflow_events(
    workflow_id: Id, who: Viewer, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> dict[str, Any]:
    """The newest events of such a name, to try it out on."""
    return {"events": shown.events(database.read(), _definition(workflow_id), limit)}


@router.post("/workflows/{workflow_id}/dry-run")
def dry_run_workflow(workflow_id: Id, body: Trying, who: Viewer) -> dict[str, Any]:
    """What it would do with an event; nothing is done."""
    found = shown.dry_run(database.read(), _definition(workflow_id), body.event, workflow_id)
    if found is None:
        raise Refusal("unknown_event", f"there is no event {body.event} any more: ask for the newest ones")
    return found


def _definition(workflow_id: int) -> Definition:
    return from_plain(_one(workflow_id)["definition"])


def _one(workflow_id: int) -> dict[str, Any]:
    row = shown.one(database.read(), workflow_id)
    if row is None:
        raise Refusal(
            "unknown_workflow", f"there is no workflow {workflow_id}: GET /api/v1/workflows lists them"
        )
    return row
