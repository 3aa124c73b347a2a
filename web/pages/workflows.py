"""The pages of workflows: the list, one with its runs, the editor, and a run that does nothing, to try it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from domain.workflow.checked import checked
from domain.workflow.definition import from_json, trimmed
from domain.workflow.problem import WorkflowProblem
from store import database
from store.workflow import kept
from web.access.guard import Admin, Viewer
from web.access.who import Who
from web.acts.refusal import Refusal
from web.acts.workflows import Workflows
from web.here import Here
from web.pages import workflow_form
from web.pages.acting import act
from web.pages.form_sent import Sent
from web.pages.render import render
from web.shown import events as shown_events
from web.shown import workflows as shown

router = APIRouter(include_in_schema=False)

Id = Annotated[int, Path(ge=1, le=2**63 - 1)]
Number = Annotated[int | None, Query(ge=1, le=2**63 - 1)]
ROWS = 50
#: How states of runs and steps look: icon and tone.
LOOKS = {
    "running": ("running", "busy"),
    "waiting": ("waiting", "quiet"),
    "doing": ("running", "busy"),
    "done": ("done", "good"),
    "failed": ("failed", "bad"),
    "refused": ("disabled", "warn"),
    "dropped": ("disabled", "quiet"),
    "skipped": ("none", "quiet"),
}


@router.get("/workflows")
def index(request: Request, who: Viewer) -> Response:
    """All workflows."""
    tx = database.read()
    rejected = shown_events.rejections_kept(tx)
    values: dict[str, Any] = {"workflows": shown.listing(tx), "looks": LOOKS, "rejected": rejected}
    return render(request, who, "workflows.html", **values)


@router.get("/workflows/new")
def new(request: Request, who: Admin) -> Response:
    """The editor, empty."""
    return _editor(request, who, workflow_form.empty(), 0, 0)


@router.post("/workflows/edit")
def edit(request: Request, site: Here, who: Admin, sent: Sent) -> Response:
    """What a button of the editor asks for: change the form, try it out, or save."""
    said = workflow_form.typed(sent)
    number, version = _number(sent.get("id")), _number(sent.get("version"))
    do = str(sent.get("do", "save"))
    if workflow_form.changed(said, do):
        return _editor(request, who, said, number, version, changed=True)
    try:
        made = checked(trimmed(workflow_form.definition(said)))
        if do == "try":
            key = str(sent.get("try_on", ""))
            return _editor(request, who, said, number, version, made=made, key=key)
        acts = Workflows(site, by=who.name)
        if number:
            acts.change(number, version, said["name"], made)
        else:
            number = acts.add(said["name"], made)
    except (WorkflowProblem, Refusal) as problem:
        return _editor(request, who, said, number, version, problem=str(problem))
    return act(request, lambda: f"workflow {said['name'].strip()} is saved", to=f"/workflows/{number}")


@router.get("/workflows/runs/{run_id}")
def run(request: Request, who: Viewer, run_id: Id) -> Response:
    """One run with its steps."""
    row = shown.run(database.read(), run_id)
    if row is None:
        raise Refusal("unknown_run", f"there is no run {run_id} of a workflow any more: look at its workflow")
    return render(request, who, "workflow_run.html", run=row, looks=LOOKS)


@router.get("/workflows/{workflow_id}")
def one(
    request: Request,
    who: Viewer,
    workflow_id: Id,
    before: Number = None,
    try_on: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """One workflow: what it says, its runs, and what it would do with an event."""
    tx = database.read()
    row, stored = shown.one(tx, workflow_id), kept.one(tx, workflow_id)
    if row is None or stored is None:
        raise Refusal("unknown_workflow", f"there is no workflow {workflow_id}: look at all of them")
    made = from_json(stored["definition"])
    found = shown.runs(tx, workflow_id, ROWS, before)
    older = f"/workflows/{workflow_id}?{urlencode({'before': found['next']})}" if found["next"] else ""
    return render(
        request,
        who,
        "workflow.html",
        workflow=row,
        runs=found["runs"],
        older=older,
        looks=LOOKS,
        choices=workflow_form.CHOICES,
        events=shown.events(tx, made),
        key=try_on,
        tried=shown.dry_run(tx, made, try_on, workflow_id) if try_on else None,
        may=who.may("admin") and row["archived_at"] is None,
    )


@router.get("/workflows/{workflow_id}/edit")
def form(request: Request, who: Admin, workflow_id: Id) -> Response:
    """The editor of a workflow that is kept."""
    row = kept.one(database.read(), workflow_id)
    if row is None or row["archived_at"] is not None:
        raise Refusal("unknown_workflow", f"there is no workflow {workflow_id}: look at all of them")
    made = from_json(row["definition"])
    return _editor(request, who, workflow_form.of(row["name"], made), workflow_id, row["version"])


@router.post("/workflows/{workflow_id}/{verb}")
def other(request: Request, site: Here, who: Admin, workflow_id: Id, verb: str) -> Response:
    """``enable``, ``disable`` or ``archive``."""
    acts = Workflows(site, by=who.name)

    def archive() -> str:
        acts.archive(workflow_id)
        return "the workflow is archived; what has begun goes on"

    def enable() -> str:
        return (
            "it is on: what happens from now on sets it off"
            if acts.enable(workflow_id)
            else "it is on already"
        )

    def disable() -> str:
        return "it is off; what has begun goes on" if acts.disable(workflow_id) else "it is off already"

    known: dict[str, Callable[[], str]] = {"archive": archive, "enable": enable, "disable": disable}
    if verb not in known:
        raise Refusal("bad_value", f"there is no act {verb!r} on a workflow")
    return act(request, known[verb], to="/workflows" if verb == "archive" else f"/workflows/{workflow_id}")


def _editor(
    request: Request,
    who: Who,
    said: dict[str, Any],
    number: int,
    version: int,
    *,
    problem: str = "",
    made: Any = None,
    key: str = "",
    changed: bool = False,
) -> Response:
    tx = database.read()
    unchecked = workflow_form.definition(said)
    events = shown.events(tx, unchecked) if unchecked.event else []
    tried = None
    if made is not None:
        key = key if key in {each["key"] for each in events} else (events[0]["key"] if events else "")
        tried = shown.dry_run(tx, made, key, number) if key else None
    return render(
        request,
        who,
        "workflow_form.html",
        status_code=422 if problem else 200,
        said=said,
        number=number,
        version=version,
        problem=problem,
        changed=changed,
        choices=workflow_form.CHOICES,
        events=events,
        key=key,
        tried=tried,
        asked=made is not None,
        looks=LOOKS,
    )


def _number(value: object) -> int:
    text = value if isinstance(value, str) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
