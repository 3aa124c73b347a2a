"""Event hooks over HTTP: how each does, its calls with every try, and what operators do with them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from store import database
from web.access.guard import Operator, Viewer
from web.acts.hooks import Hooks
from web.acts.refusal import Refusal
from web.here import Here
from web.shown import hooks as shown

router = APIRouter(prefix="/api/v1")

Id = Annotated[int, Path(ge=1, le=2**63 - 1)]
State = Literal["queued", "sending", "done", "failed", "dropped"]


class Pausing(BaseModel):
    """Why."""

    model_config = ConfigDict(extra="forbid")
    reason: Annotated[str | None, Field(max_length=500)] = None


@router.get("/hooks")
def list_hooks(who: Viewer) -> dict[str, Any]:
    """All hooks by name: since when one fails, how many calls wait, whether it is paused."""
    return {"hooks": shown.hooks(database.read())}


@router.get("/hooks/calls")
def list_calls(
    who: Viewer,
    hook: Annotated[int | None, Query(ge=1, le=2**63 - 1, description="The hook's number.")] = None,
    state: State | None = None,
    text: Annotated[str | None, Query(max_length=200, description="A part of event or object.")] = None,
    before: Annotated[int | None, Query(ge=1, le=2**63 - 1, description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> dict[str, Any]:
    """The newest first, each with the log of its tries; `next` is null after the last page."""
    wanted = shown.Wanted(hook, state, (text or "").strip() or None)
    return shown.page(database.read(), wanted, limit, before)


@router.get("/hooks/calls/{call_id}")
def one_call(call_id: Id, who: Viewer) -> dict[str, Any]:
    """One call, with the `body` that was sent."""
    row = shown.call(database.read(), call_id)
    if row is None:
        raise Refusal("unknown_call", f"there is no call {call_id}: GET /api/v1/hooks/calls lists them")
    return row


@router.post("/hooks/calls/{call_id}/retry", status_code=202)
def retry_call(call_id: Id, site: Here, who: Operator) -> dict[str, Any]:
    """Have it tried with the next run, with its own key; the call."""
    Hooks(site, by=who.name).retry(call_id)
    return one_call(call_id, who)


@router.post("/hooks/{hook_id}/pause", status_code=204)
def pause_hook(hook_id: Id, body: Pausing, site: Here, who: Operator) -> None:
    """Call it no more until it is resumed."""
    Hooks(site, by=who.name).pause(hook_id, body.reason)


@router.post("/hooks/{hook_id}/resume", status_code=204)
def resume_hook(hook_id: Id, site: Here, who: Operator) -> None:
    """Call it again; what waits goes with the next run."""
    Hooks(site, by=who.name).resume(hook_id)
