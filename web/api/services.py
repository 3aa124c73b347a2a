"""Services over HTTP: the listing, one of them, its edits with what they would come to, and its runs.

The ETag of a service is the revision of all that can be edited in it: settings, schedule, options,
tasks, logging and pause move it; runs do not.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Header, Query, Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from broker import callers
from node.site import Site
from store import database
from web.access.guard import NotAllowed, Operator, Viewer
from web.access.who import Who
from web.acts.edit_service import EditProblems, edit
from web.acts.force import force
from web.acts.named import find
from web.acts.refusal import Refusal
from web.api.etag import expected, tag
from web.api.listed import listed
from web.api.words import Json, Limit, Name, Reason, Word, epoch
from web.here import Here
from web.shown import runs, services
from web.shown.preview import preview

router = APIRouter(prefix="/api/v1", tags=["services"])

#: What operators may edit; the rest takes an admin (contract §5).
OPERATORS = frozenset({"enabled", "logging", "logging_until", "reason"})


class ServiceEdit(BaseModel):
    """The fields of an edit, for the description only: the act reads and checks them, all at once."""

    enabled: bool | None = None
    kind: str | None = Field(None, description="periodic, fixed_time or on_demand")
    period: int | None = Field(None, description="minutes, 1 to 60")
    align: int | None = None
    times: list[str] | None = Field(None, description="HH:MM")
    zone: str | None = None
    weekdays: list[str] | None = None
    days: list[int | str] | None = None
    priority: int | None = Field(None, description="0 (first) to 10")
    parallel: int | None = None
    time_limit: float | None = Field(None, description="seconds")
    misfire: str | None = None
    misfire_window: float | None = Field(None, description="seconds")
    overlap: str | None = None
    retries: int | None = None
    retry_lost: bool | None = None
    instances: str | None = Field(None, description="one or each; of a daemon only")
    options: dict[str, Any] | None = None
    tasks: dict[str, bool] | None = Field(None, description="title: switch")
    logging: bool | None = None
    logging_until: str | None = Field(None, description="RFC 3339")
    revert: list[str] | None = Field(
        None, description="go back to the file's or code's value: names of fields, options.NAME, tasks.TITLE"
    )
    reason: str | None = None


class RunRequest(BaseModel):
    """What is asked for."""

    model_config = ConfigDict(extra="forbid")

    args: Json = Field(default_factory=dict)
    node: Word | None = None
    step: Word | int | None = Field(None, description="number or title of a task")
    reason: Reason | None = None
    preempt: bool = Field(False, description="stop who holds what it needs; takes an admin")
    even_if_disabled: bool = False


#: The schema of a body that the act itself checks.
EDIT_BODY: dict[str, Any] = {
    "requestBody": {"content": {"application/json": {"schema": ServiceEdit.model_json_schema()}}}
}
IfMatch = Annotated[str | None, Header(description="The ETag of the service as it was looked at.")]
Key = Annotated[
    Word | None, Header(alias="Idempotency-Key", description="Remembered for 24 h: the same runs answer.")
]

Traceparent = Annotated[
    str | None, Header(description="Your own trace (W3C): where traces are on, it and the run's are linked.")
]


@router.get("/services")
def list_services(
    request: Request, site: Here, who: Viewer, limit: Limit | None = None, cursor: Word | None = None
) -> Response:
    """Every service, as `tickworks services --json`. With a limit also ``next``, the cursor that goes on."""
    return listed(request, ("services", limit, cursor), lambda: _page(site, limit, cursor))


def _page(site: Site, limit: int | None, cursor: str | None) -> dict[str, Any]:
    rows = services.listing(site, database.read())
    if cursor is not None:
        names = [row["name"] for row in rows]
        if cursor not in names:
            raise Refusal("bad_value", f"cursor: there is no service {cursor!r}: begin without a cursor")
        rows = rows[names.index(cursor) + 1 :]
    if limit is None:
        return {"services": rows}
    more = len(rows) > limit
    return {"services": rows[:limit], "next": rows[limit - 1]["name"] if more else None}


@router.get("/services/{name}")
def one_service(name: Name, site: Here, who: Viewer, response: Response) -> dict[str, Any]:
    """All of one service; its ETag goes with an edit."""
    shown = services.one(site, database.read(), find(site, name).name)
    tag(response, shown["revision"])
    return shown


@router.patch("/services/{name}", openapi_extra=EDIT_BODY)
def edit_service(
    name: Name,
    body: Annotated[Json, Body()],
    site: Here,
    who: Operator,
    response: Response,
    if_match: IfMatch = None,
) -> dict[str, Any]:
    """Change any of its fields in one go; 412 with both versions if somebody else was faster.

    Operators may enable, disable and switch logging; the other fields take an admin.
    """
    _allowed(who, set(body) <= OPERATORS)
    find(site, name)
    expect = expected(if_match, "service")
    reason, changes = _read(body)
    shown = edit(site, name, changes, by=who.name, expect=expect, reason=reason)
    tag(response, shown["revision"])
    return shown


@router.post("/services/{name}/schedule/preview", openapi_extra=EDIT_BODY)
def preview_edit(
    name: Name,
    body: Annotated[Json, Body()],
    site: Here,
    who: Viewer,
    count: Annotated[int, Query(ge=1, le=1_000)] = 5,
) -> dict[str, Any]:
    """What an edit would come to: next starts, warnings, and by field what is wrong. Nothing is written."""
    _, changes = _read(body)
    return preview(site, database.read(), name, changes, count)


@router.post("/services/{name}/runs", status_code=202)
def run_service(
    name: Name,
    site: Here,
    who: Operator,
    body: RunRequest | None = None,
    key: Key = None,
    traceparent: Traceparent = None,
) -> dict[str, Any]:
    """Force a run (one for each node of an `each` service). ``merged``: one like it waited already."""
    asked = body or RunRequest()
    _allowed(who, not asked.preempt)
    forced = force(
        site,
        name,
        by=who.name,
        trigger="api",
        args=asked.args,
        node=asked.node,
        step=None if asked.step is None else str(asked.step),
        reason=asked.reason,
        key=key,
        preempt=asked.preempt,
        even_if_disabled=asked.even_if_disabled,
    )
    callers.link(traceparent, forced.run_ids, service=forced.service.name, trigger="api", at=site.clock.now())
    found = [runs.one(site, database.read(), run_id) for run_id in forced.run_ids]
    return {"runs": [row for row in found if row is not None], "merged": forced.merged}


def _allowed(who: Who, for_operators: bool) -> None:
    """Raises NotAllowed."""
    if not for_operators and not who.may("admin"):
        raise NotAllowed("admin", who)


def _read(body: dict[str, Any]) -> tuple[str | None, dict[str, Any]]:
    """The reason, and the fields with instants in epoch seconds. Raises EditProblems."""
    changes = dict(body)
    problems: dict[str, str] = {}
    reason = _typed(Reason, changes.pop("reason", None), "reason", problems)
    if changes.get("logging_until") is not None:
        changes["logging_until"] = epoch(
            _typed(AwareDatetime, changes["logging_until"], "logging_until", problems)
        )
    if problems:
        raise EditProblems(problems)
    return reason, changes


def _typed(shape: Any, value: Any, name: str, problems: dict[str, str]) -> Any:
    try:
        return None if value is None else TypeAdapter(shape).validate_python(value)
    except ValidationError as error:
        problems[name] = error.errors()[0]["msg"]
        return None
