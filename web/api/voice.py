"""Looking a number up over HTTP: what it costs whom at a time, and why."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from store import database
from web.access.guard import Viewer
from web.api.words import Word
from web.here import Here
from web.shown.lookup import look_up
from web.shown.lookup_question import asked

router = APIRouter(prefix="/api/v1", tags=["voice"])


@router.get("/voice/lookup")
def look_up_number(
    site: Here,
    who: Viewer,
    number: Annotated[Word, Query(description="The called number, without a tech prefix.")],
    client: Annotated[Word, Query(description="An organisation that is a voice client.")] = "",
    account: Annotated[Word, Query(description="Or one voice account.")] = "",
    at: Annotated[Word, Query(description="Such as 2026-11-22T10:00:00Z; empty: now.")] = "",
    seconds: Annotated[int, Query(ge=0, le=10_000_000, description="How long the call is.")] = 60,
    caller: Annotated[Word, Query(description="The calling number.")] = "",
    tag: Annotated[list[Word] | None, Query(max_length=50, description="Tags that the call carries.")] = None,
) -> dict[str, Any]:
    """What a number costs at a time, for a client or an account: account, table, code, rate, and why.

    Nothing is written: it is rated as the calculator would rate it now.
    """
    question = asked(site.clock.now(), number, at, client, account, seconds, caller, tag or [])
    return look_up(database.read(), question)
