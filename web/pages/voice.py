"""The page where a number is looked up: what it costs whom at a time, and why."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from store import database
from store.object import read
from web.access.guard import Viewer
from web.acts.refusal import Refusal
from web.here import Here
from web.pages.render import render
from web.shown.lookup import look_up
from web.shown.lookup_question import asked

router = APIRouter(include_in_schema=False)

Word = Annotated[str, Query(max_length=200)]
#: Names that the form offers.
CHOICES = 200


@router.get("/voice/lookup")
def lookup_page(
    request: Request,
    site: Here,
    who: Viewer,
    number: Word = "",
    client: Word = "",
    account: Word = "",
    at: Word = "",
    seconds: Word = "60",
    caller: Word = "",
    tag: Word = "",
) -> Response:
    """The form, and what was found for it."""
    tx = database.read()
    words = {"number": number, "client": client, "account": account, "at": at}
    values: dict[str, Any] = {
        "asked": {**words, "seconds": seconds, "caller": caller, "tag": tag},
        "clients": [row["organisation"] for row in read.page(tx, "voice_client", limit=CHOICES)[0]],
        "accounts": [row["name"] for row in read.page(tx, "voice_account", limit=CHOICES)[0]],
        "found": None,
        "refusal": "",
    }
    status = 200
    if any(words.values()):
        try:
            length = _seconds(seconds)
            question = asked(site.clock.now(), number, at, client, account, length, caller, [tag])
            values["found"] = look_up(tx, question)
        except Refusal as refusal:
            values["refusal"], status = str(refusal), 422
    return render(request, who, "lookup.html", status_code=status, **values)


def _seconds(text: str) -> int:
    if not text.strip().isascii() or not text.strip().isdigit() or len(text) > 8:
        raise Refusal("bad_value", f"seconds: expected a whole number of 0 or more, got {text[:20]!r}")
    return int(text)
