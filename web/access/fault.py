"""A fault of our own is answered in words too; what it was goes to the log as before."""

from __future__ import annotations

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domain.time.clock import rfc3339
from web.access.readable import Answer

SAID = "Something went wrong here"
NEXT = "It is no fault of yours. Look whether what you asked for was done; the site's log of {at} says more."


class Fault:
    """Answers 500 to what no handler expected, and raises it again for the server's log.

    It stands inside of what adds headers, so that this answer has them like any other. An answer that
    has begun is broken off.
    """

    def __init__(self, app: ASGIApp, answer: Answer) -> None:
        self._app = app
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception:
            if scope["type"] == "http" and not begun:
                request = Request(scope)
                at = rfc3339(request.app.state.site.clock.now())
                answer = self._answer(request, 500, SAID, NEXT.format(at=at), "fault")
                await answer(scope, receive, send)
            raise
