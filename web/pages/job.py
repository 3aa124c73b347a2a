"""One job: what it is, what it waits for, its tries, and what can be done with it."""

from __future__ import annotations

import json
from functools import partial
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from domain.jobs.states import HELD_REASONS
from store import database
from web.access.guard import Viewer
from web.acts.refusal import Refusal
from web.api.jobs import JobId
from web.here import Here
from web.live.hub import Hub, Look
from web.live.picture import Picture
from web.pages.job_rows import STATES, TRIES, VERBS, verbs_of, why_of
from web.pages.render import fragment, render
from web.shown import jobs

router = APIRouter(include_in_schema=False)


@router.get("/jobs/{job_id}")
def job(request: Request, who: Viewer, site: Here, job_id: JobId) -> Response:
    """Raises Refusal (unknown_job)."""
    row = jobs.one(site, database.read(), job_id)
    if row is None:
        raise Refusal(
            "unknown_job", f"there is no job {job_id}: it never was, or its time in the log is over"
        )
    hub: Hub = request.app.state.hub
    picture, mark = hub.look(("job", who.role, (("id", str(job_id)),)))
    return render(request, who, "job.html", row=row, live=picture.whole(mark))


def view(look: Look) -> Picture:
    """The live part, in pieces, so that what somebody types into the form stays."""
    text = dict(look.params).get("id", "")
    known = text.isascii() and text.isdigit() and len(text) < 19
    row = jobs.one(look.site, look.tx, int(text)) if known else None
    if row is None:
        gone = '<p class="empty">This job is in the log no more.</p>'
        return Picture(
            container="job", parts={}, whole=lambda _: f'<div id="job">{gone}</div>', layout="gone"
        )
    why, until = why_of(row)
    verbs = verbs_of({**row, "tries": len(row["attempts"])}, row["deletion"])
    more = {"row": row, "zone": look.site.zone, "states": STATES, "tries": TRIES, "why": why, "until": until}
    parts = {
        "job-facts": fragment("_job_facts.html", **more, args=_readable(row["args"])),
        "job-acts": fragment(
            "_job_acts.html",
            row=row,
            role=look.role,
            verbs={name: VERBS[name] for name in verbs},
            held_reasons=HELD_REASONS,
        ),
        "job-tries": fragment("_job_tries.html", **more),
    }
    return Picture(container="job", parts=parts, whole=partial(_whole, parts, look))


def _whole(parts: dict[str, str], look: Look, mark: str) -> str:
    stream = "/live/job?" + urlencode([*look.params, ("since_mark", mark)])
    return fragment("_job.html", parts=parts, stream=stream)


def _readable(args: object) -> str:
    return json.dumps(args, indent=2, ensure_ascii=False)
