"""The page behind the link in a campaign's mail. Nobody signs in: the link is the proof.

A look at it changes nothing, so that programs which follow links in mails ask for nothing; the button does,
and so does a mail program that posts to the link (RFC 8058).
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from domain.campaign.unsubscribing import PATH
from store import database
from web.acts.unsubscribe import unsubscribe, whose
from web.here import Here
from web.pages.render import render

router = APIRouter(include_in_schema=False)

Token = Annotated[str, Path(max_length=64)]


@router.get(PATH + "{token}")
def ask(request: Request, token: Token) -> Response:
    """Whether it is really wanted."""
    row = whose(database.read(), token)
    return _page(request, token, row, done=False)


@router.post(PATH + "{token}")
def act(request: Request, site: Here, token: Token) -> Response:
    """Send no more."""
    return _page(request, token, unsubscribe(site, token), done=True)


def _page(request: Request, token: str, row: dict[str, object] | None, done: bool) -> Response:
    status = 200 if row else 404
    address = PATH + token if row else ""
    answer = render(
        request, None, "unsubscribe.html", status_code=status, recipient=row, done=done, link=address
    )
    # The address names somebody: no cache keeps it, and no other site is told of it.
    answer.headers["cache-control"] = "no-store"
    answer.headers["referrer-policy"] = "no-referrer"
    return answer
