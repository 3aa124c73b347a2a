"""Events for programs: what happens to runs, services and nodes, as it happens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Header, Request
from fastapi.responses import StreamingResponse

from web.access.guard import Viewer, identified
from web.here import Here
from web.live import feed
from web.live.feed import Feed

router = APIRouter(prefix="/api/v1", tags=["events"])

#: Seconds after which a silent stream says that it lives, and the right to listen is looked at again.
HEARTBEAT = 15.0
HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}
_EXAMPLE = """id: 5f0c2a91.17
event: run
data: {"id": 4711, "service": "cache_manager", "state": "running", "outcome": null, "node": "n1", "at": "…"}

"""


@router.get(
    "/events",
    response_class=StreamingResponse,
    responses={200: {"description": "Events", "content": {"text/event-stream": {"example": _EXAMPLE}}}},
)
async def events(
    request: Request,
    who: Viewer,
    site: Here,
    last_event_id: Annotated[
        str | None, Header(max_length=100, description="id of the last event that was heard")
    ] = None,
) -> StreamingResponse:
    """Server-sent events from now on, or from Last-Event-ID: ``run``, ``service``, ``node``, ``reset``.

    A ``run`` has changed its state, a ``service`` was edited or switched, a ``node`` came, drains or went.
    After ``reset`` something may have been missed: read the lists again.
    """
    source: Feed = request.app.state.feed
    mark = last_event_id or source.mark

    async def allowed() -> bool:
        return await to_thread.run_sync(identified, request, site) is not None

    return StreamingResponse(stream(source, mark, allowed), media_type="text/event-stream", headers=HEADERS)


async def stream(
    source: Feed, mark: str, allowed: Callable[[], Awaitable[bool]], heartbeat: float = HEARTBEAT
) -> AsyncIterator[str]:
    """The events after `mark` as text, until the feed closes or its listener is no longer `allowed`."""
    listener = source.listen(asyncio.get_running_loop())
    try:
        yield "retry: 1000\n\n"
        while not source.closed:
            try:
                await asyncio.wait_for(listener.news.wait(), heartbeat)
            except TimeoutError:
                if not await allowed():
                    return
                yield ": still here\n\n"
                continue
            listener.news.clear()
            for newer, event in source.since(mark):
                yield feed.text(newer, event)
                mark = newer
    finally:
        source.leave(listener)
