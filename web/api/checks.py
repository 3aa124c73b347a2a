"""Checks of servers over HTTP: where each stands, and what it found."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query

from store import database
from store.object import read
from web.access.guard import Viewer
from web.acts.refusal import Refusal
from web.shown import checks as shown

router = APIRouter(prefix="/api/v1")

Id = Annotated[int, Path(ge=1, le=2**63 - 1)]
Text = Annotated[str, Query(max_length=200)]


@router.get("/checks")
def list_checks(
    who: Viewer,
    q: Text = "",
    state: Literal["", "failed", "warning", "unknown", "good", "off"] = "",
    kind: Text = "",
    group: Text = "",
) -> dict[str, Any]:
    """All checks with their state, since when, what was found last and when the next look is due."""
    rows = shown.chosen(shown.listing(database.read()), q=q, state=state, kind=kind, group=group)
    return {"checks": rows}


@router.get("/checks/{check_id}/results")
def list_results(
    check_id: Id,
    who: Viewer,
    before: Annotated[int | None, Query(ge=1, le=2**63 - 1, description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> dict[str, Any]:
    """What the last looks found, the newest first; `next` is the `before` of the next page."""
    tx = database.read()
    if read.by_id(tx, "check", check_id) is None:
        raise Refusal("unknown_object", f"there is no check {check_id}: `tickworks checks` lists them")
    return shown.results(tx, check_id, before=before, limit=limit)
