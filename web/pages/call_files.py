"""The pages of files with calls: all of them, and one with its wrong rows."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from store import database
from store.object import read
from web.access.guard import Operator, Viewer
from web.acts.call_files import CallFiles
from web.acts.refusal import Refusal
from web.here import Here
from web.pages.acting import act
from web.pages.render import render
from web.shown import call_files as shown

router = APIRouter(include_in_schema=False)

PAGE = "/calls/files"
ROWS = 50
Number = Annotated[int, Path(ge=1, le=2**63 - 1)]
Word = Annotated[str, Query(max_length=200)]

#: How a state looks: its icon and its tone.
LOOKS = {
    "found": ("waiting", "quiet"),
    "loading": ("running", "busy"),
    "loaded": ("done", "good"),
    "repeated": ("disabled", "quiet"),
    "quarantined": ("failed", "bad"),
}


@router.get(PAGE)
def index(
    request: Request,
    who: Viewer,
    state: Word = "",
    collector: Word = "",
    before: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None,
) -> Response:
    """The newest first."""
    tx = database.read()
    collectors = read.live(tx, "collector")
    chosen = next((row["id"] for row in collectors if row["name"] == collector), None)
    asked = {"state": state, "collector": collector if chosen else ""}
    found = shown.page(tx, state=state, collector_id=chosen, before=before, limit=ROWS)
    kept = {name: value for name, value in asked.items() if value}
    return render(
        request,
        who,
        "call_files.html",
        files=found["files"],
        older=f"{PAGE}?{urlencode({**kept, 'before': found['next']})}" if found["next"] else "",
        newest=f"{PAGE}?{urlencode(kept)}" if before else "",
        asked=asked,
        counts=shown.counts(tx),
        states=shown.STATES,
        collectors=[row["name"] for row in collectors],
        looks=LOOKS,
    )


@router.get(PAGE + "/{file_id}")
def one(
    request: Request, who: Viewer, file_id: Number, after: Annotated[int, Query(ge=0, le=2**63 - 1)] = 0
) -> Response:
    """One file, with what is wrong in it."""
    found = shown.one(database.read(), file_id, after=after)
    if found is None:
        raise Refusal("unknown_file", f"there is no file {file_id}: look at all of them")
    return render(
        request,
        who,
        "call_file.html",
        file=found,
        looks=LOOKS,
        more=f"{PAGE}/{file_id}?after={found['next']}" if found["next"] else "",
        first=f"{PAGE}/{file_id}" if after else "",
        may=who.may("operator"),
    )


@router.post(PAGE + "/{file_id}/again")
def again(request: Request, site: Here, who: Operator, file_id: Number) -> Response:
    """Have it read again."""

    def work() -> str:
        return f"{CallFiles(site, by=who.name).again(file_id)} is read again with the next run"

    return act(request, work, to=f"{PAGE}/{file_id}")
