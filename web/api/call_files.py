"""Files with calls over HTTP: what was found, how much of it was read, which rows were wrong."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query

from store import database
from web.access.guard import Operator, Viewer
from web.acts.call_files import CallFiles
from web.acts.refusal import Refusal
from web.here import Here
from web.shown import call_files as shown

router = APIRouter(prefix="/api/v1", tags=["calls"])

Number = Annotated[int, Path(ge=1, le=2**63 - 1)]
State = Literal["", "found", "loading", "loaded", "repeated", "quarantined", "trouble"]
After = Annotated[int, Query(ge=0, le=2**63 - 1, description="`next` of the page before.")]


@router.get("/calls/files")
def list_files(
    who: Viewer,
    state: State = "",
    collector: Annotated[int | None, Query(ge=1, le=2**63 - 1, description="The collector's number.")] = None,
    before: Annotated[int | None, Query(ge=1, le=2**63 - 1, description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> dict[str, Any]:
    """The newest first; `trouble` are those in quarantine and those with wrong rows."""
    tx = database.read()
    return shown.page(tx, state=state, collector_id=collector, before=before, limit=limit)


@router.get("/calls/files/{file_id}")
def one_file(
    file_id: Number, who: Viewer, after: After = 0, limit: Annotated[int, Query(ge=1, le=1000)] = 100
) -> dict[str, Any]:
    """One file with its wrong rows: line, reason and text; at most 1,000 of a file are kept."""
    found = shown.one(database.read(), file_id, after=after, limit=limit)
    if found is None:
        raise Refusal("unknown_file", f"there is no file {file_id}: GET /api/v1/calls/files lists them")
    return found


@router.post("/calls/files/{file_id}/again", status_code=202)
def read_again(file_id: Number, site: Here, who: Operator) -> dict[str, Any]:
    """Have it read again with the next run, after it was mended where it lies; the file."""
    CallFiles(site, by=who.name).again(file_id)
    return one_file(file_id, who, 0, 100)
