"""The event stream of a page: `GET /live/{view}`; the query string is that of the page."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlencode

from anyio import to_thread
from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import StreamingResponse

from web.access.guard import Viewer, identified
from web.here import Here
from web.live.hub import Hub, Key

router = APIRouter(include_in_schema=False)

#: Seconds after which a silent stream says that it lives, and the page's session is looked at again.
HEARTBEAT = 15.0
HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}


@router.get("/live/{view}")
async def live(
    request: Request, who: Viewer, site: Here, view: str, since_mark: str = ""
) -> StreamingResponse:
    """Changes of a view since a mark (`since_mark`, or Last-Event-ID after a broken connection)."""
    hub: Hub = request.app.state.hub
    key = key_of(view, who.role, request)
    try:
        watch = hub.watch(key, asyncio.get_running_loop())
    except KeyError:
        raise HTTPException(404, "There is no such view") from None
    mark = request.headers.get("last-event-id") or since_mark

    async def events() -> AsyncIterator[str]:
        nonlocal mark
        try:
            yield "retry: 1000\n\n"
            while not hub.closed:
                try:
                    await asyncio.wait_for(watch.news.wait(), HEARTBEAT)
                except TimeoutError:
                    if await to_thread.run_sync(identified, request, site) is None:
                        return
                    yield ": still here\n\n"
                    continue
                watch.news.clear()
                for newer, html in hub.changes(watch, mark):
                    yield _event(newer, html)
                    mark = newer
        finally:
            hub.leave(watch)

    return StreamingResponse(events(), media_type="text/event-stream", headers=HEADERS)


def key_of(view: str, role: str, request: Request) -> Key:
    """The key under which a page's own stream will watch."""
    return (view, role, chosen(request))


def chosen(request: Request) -> tuple[tuple[str, str], ...]:
    """The query string of a page without what was left empty, and without the stream's own mark."""
    pairs = request.query_params.multi_items()
    return tuple((name, value) for name, value in pairs if value and name != "since_mark")


def own_address(request: Request) -> str:
    """Where the page is that this request asks for, to stand in the browser's address line."""
    return request.url.path + (f"?{urlencode(chosen(request))}" if chosen(request) else "")


def _event(mark: str, html: str) -> str:
    lines = "".join(f"data: {line}\n" for line in html.splitlines())
    return f"id: {mark}\n{lines}\n"
