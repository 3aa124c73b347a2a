"""The audit trail over HTTP: in pages, and as a file."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime

from store import database
from store.change_log import Wanted
from web.access.guard import Admin, Viewer
from web.api.words import Limit, Word, epoch
from web.here import Here
from web.shown import audit

router = APIRouter(prefix="/api/v1", tags=["audit"])


def _wanted(
    actor: Annotated[Word | None, Query(description="a part of the name of who did it")] = None,
    action: Annotated[Word | None, Query(description='such as "disable" or "user add"')] = None,
    object: Annotated[Word | None, Query(description='a part of it, such as "service cache_manager"')] = None,
    since: Annotated[AwareDatetime | None, Query(description="then or later")] = None,
    until: Annotated[AwareDatetime | None, Query(description="before then")] = None,
) -> Wanted:
    return Wanted(actor, action, object, epoch(since), epoch(until))


Asked = Annotated[Wanted, Depends(_wanted)]


@router.get("/audit")
def list_audit(
    who: Viewer,
    site: Here,
    wanted: Asked,
    cursor: Annotated[int | None, Query(ge=1, le=2**63 - 1, description="next of the page before")] = None,
    limit: Limit = 100,
) -> dict[str, Any]:
    """The newest first; ``next`` is the cursor of the page that follows, null after the last.

    A page may be empty and still have a next one: each looks through a bounded part of the trail.
    """
    return audit.page(database.read(), wanted, limit, cursor)


@router.get(
    "/audit/export",
    response_class=StreamingResponse,
    responses={200: {"description": "The file", "content": {"text/csv": {}, "application/x-ndjson": {}}}},
)
def export_audit(
    who: Admin,
    site: Here,
    wanted: Asked,
    form: Annotated[Literal["csv", "jsonl"], Query(alias="format")] = "csv",
) -> StreamingResponse:
    """All of it as a file: CSV that no spreadsheet takes for formulas, or one JSON document a line."""
    name = f'attachment; filename="audit.{form}"'
    return StreamingResponse(
        audit.export(database.read, wanted, form),
        media_type=audit.MEDIA_TYPES[form],
        headers={"content-disposition": name},
    )
