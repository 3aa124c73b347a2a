"""The live log of a run: `GET /runs/{id}/log/stream` sends each line once, by its number."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from node.site import Site
from store import database
from store.errors import DatabaseError
from web.access.guard import Viewer, identified
from web.acts.refusal import Refusal
from web.api.words import RunId
from web.here import Here
from web.live.hub import Hub
from web.live.stream import HEADERS, HEARTBEAT
from web.shown.log_tail import Shown, tail

router = APIRouter(include_in_schema=False)

#: Seconds between two looks at the log; a run's lines come to the database about as often.
PACE = 0.5
#: An event of a browser is lost where nobody listens for it: the last one has a name of its own.
END = "event: end\ndata: {}\n\n"


@router.get("/runs/{run_id}/log/stream")
async def log_stream(
    request: Request, who: Viewer, site: Here, run_id: RunId, after: str = ""
) -> StreamingResponse:
    """Lines after number `after`, or after Last-Event-ID when a broken connection goes on; ends with the run.

    Each event is the JSON of ``{lines, left_out, state}`` (`web.shown.log_tail`), its id the number of
    its last line. Raises Refusal (unknown_run).
    """
    hub: Hub = request.app.state.hub
    seen = _number(request.headers.get("last-event-id") or after)
    first = await _read(site, run_id, seen)
    if first is None:
        raise Refusal(
            "unknown_run", f"there is no run {run_id}: it never was, or its time in history is over"
        )

    async def events() -> AsyncIterator[str]:
        yield "retry: 1000\n\n"
        found: Shown | None = first
        silent, place, state = 0.0, seen, ""
        while found is not None and not hub.closed:
            if found["lines"] or found["left_out"] or found["state"] != state:
                place, state, silent = found["next"], found["state"], 0.0
                yield _event(found)
            if found["complete"]:
                yield END
                return
            if not found["lines"]:
                await asyncio.sleep(PACE)
                silent += PACE
            if silent >= HEARTBEAT:
                if await to_thread.run_sync(identified, request, site) is None:
                    return
                silent = 0.0
                yield ": still here\n\n"
            try:
                found = await _read(site, run_id, place)
            except DatabaseError:
                return  # the browser asks again, and goes on where it was

    return StreamingResponse(events(), media_type="text/event-stream", headers=HEADERS)


async def _read(site: Site, run_id: int, after: int) -> Shown | None:
    return await to_thread.run_sync(lambda: tail(site, database.read(), run_id, after))


def _event(found: Shown) -> str:
    data = json.dumps({key: found[key] for key in ("lines", "left_out", "state")})
    return f"id: {found['next']}\ndata: {data}\n\n"


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
