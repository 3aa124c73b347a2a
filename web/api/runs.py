"""Runs over HTTP: the listing in pages, one of them, its log, and cancelling it."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import PlainTextResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict

from config.problems import closest, did_you_mean
from domain.run_state import STATES
from node.site import Site
from store import database
from store import node as stored_node
from web.access.guard import Operator, Viewer
from web.acts import cancel as acts
from web.acts.named import find
from web.acts.refusal import Refusal
from web.api.listed import listed
from web.api.words import Limit, Reason, RunId, Word, epoch
from web.here import Here
from web.shown import log_page, runs

router = APIRouter(prefix="/api/v1", tags=["runs"])

Found = TypeVar("Found")

Trigger = Literal["schedule", "manual", "api", "message", "catch_up"]
Result = Literal["done", "partial", "failed"]
Level = Literal["debug", "info", "warning", "error"]


class Cancel(BaseModel):
    """Why it is cancelled, for the audit."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason | None = None


@router.get("/runs")
def list_runs(
    request: Request,
    site: Here,
    who: Viewer,
    service: Word | None = None,
    state: Annotated[list[Word] | None, Query(description=", ".join(STATES))] = None,
    node: Word | None = None,
    trigger: Trigger | None = None,
    outcome: Result | None = None,
    since: Annotated[AwareDatetime | None, Query(description="asked for then or later")] = None,
    until: Annotated[AwareDatetime | None, Query(description="asked for before")] = None,
    cursor: Annotated[int | None, Query(ge=1, le=2**63 - 1, description="next of the page before")] = None,
    limit: Limit = 50,
) -> Response:
    """The newest runs first, as `tickworks runs --json`; ``next`` is the cursor of the page that follows."""

    def page() -> dict[str, Any]:
        found = runs.listing(
            site,
            database.read(),
            service=find(site, service).name if service else None,
            states=_states(state or []),
            node=_node(node),
            trigger=trigger,
            outcome=outcome,
            since=epoch(since),
            until=epoch(until),
            before=cursor,
            limit=limit + 1,
        )
        more = len(found) > limit
        return {"runs": found[:limit], "next": found[limit - 1]["id"] if more else None}

    return listed(request, ("runs", request.url.query), page)


@router.get("/runs/{run_id}")
def one_run(run_id: RunId, site: Here, who: Viewer) -> dict[str, Any]:
    """All of one run: its times, attempts, steps and reasons."""
    return _known(runs.one(site, database.read(), run_id), run_id)


@router.get("/runs/{run_id}/log", response_model=None)
def log_of_run(
    run_id: RunId,
    site: Here,
    who: Viewer,
    cursor: Annotated[Word | None, Query(description="next of the page before")] = None,
    level: Annotated[Level | None, Query(description="at least this level")] = None,
    text: Annotated[Word | None, Query(description="only lines with this in them")] = None,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1_000,
    download: bool = False,
) -> dict[str, Any] | Response:
    """The lines after the cursor; ``complete``: the run has ended and these are its last ones.

    With ``download=1`` the whole log as a text file.
    """
    if download:
        return _file(site, run_id)
    try:
        found = log_page.page(
            site, database.read(), run_id, cursor=cursor, level=level, text=text, limit=limit
        )
    except ValueError as error:
        raise Refusal("bad_value", f"cursor: {error}") from None
    return _known(found, run_id)


@router.post("/runs/{run_id}/cancel")
def cancel_run(run_id: RunId, site: Here, who: Operator, body: Cancel | None = None) -> dict[str, Any]:
    """Cancel it: ``ended`` at once if it waited, else it is asked to stop (``again``: it was before)."""
    done = acts.cancel(site, run_id, by=who.name, reason=body.reason if body else None)
    return {"run": done.run_id, "service": done.service, "ended": done.ended, "again": done.again}


def _file(site: Site, run_id: int) -> Response:
    found = _known(log_page.as_text(site, database.read(), run_id), run_id)
    headers = {"content-disposition": f'attachment; filename="run-{run_id}.log"'}
    return PlainTextResponse(found, headers=headers)


def _known(found: Found | None, run_id: int) -> Found:
    if found is None:
        raise Refusal("unknown_run", f"there is no run {run_id}: `tickworks runs` lists them")
    return found


def _states(words: list[str]) -> list[str]:
    for word in words:
        if word not in STATES:
            hint = did_you_mean(closest(word, STATES), f"expected one of {', '.join(STATES)}")
            raise Refusal("bad_value", f"state: there is no state {word!r}{hint}")
    return words


def _node(name: str | None) -> str | None:
    if name is not None and stored_node.one(database.read(), name) is None:
        raise Refusal("unknown_node", f"there is no node {name!r}: `tickworks nodes` lists them")
    return name
