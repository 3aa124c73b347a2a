"""After every act, whoever asked for it, the open pages look at once."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.access.same_site import SAFE
from web.live.hub import Hub


class Hurry:
    """Tells the hub when a request that may have changed something has been answered well."""

    def __init__(self, app: ASGIApp, hub: Hub) -> None:
        self._app = app
        self._hub = hub

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def told(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < 400:
                self._hub.hurry()
            await send(message)

        acts = scope["type"] == "http" and scope["method"] not in SAFE
        await self._app(scope, receive, told if acts else send)
