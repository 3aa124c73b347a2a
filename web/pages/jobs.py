"""Group Actions Logs: the work queue with what each job waits for, and the log of those that have ended."""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from store import database
from web.access.guard import Viewer
from web.here import Here
from web.live.hub import Hub, Look
from web.live.picture import Picture
from web.live.stream import key_of, own_address
from web.pages.job_rows import STATES, VERBS, Asked, Row, verbs_of, why_of
from web.pages.render import fragment, render
from web.shown import job_settings, jobs

router = APIRouter(include_in_schema=False)

#: How many jobs a page of the table has.
ROWS = 100


@router.get("/jobs")
def index(request: Request, who: Viewer, site: Here) -> Response:
    """The table; to a search from the page itself, only the table."""
    hub: Hub = request.app.state.hub
    picture, mark = hub.look(key_of("jobs", who.role, request))
    table = picture.whole(mark)
    if request.headers.get("hx-target", "").endswith("table"):
        return HTMLResponse(table, headers={"hx-replace-url": own_address(request)})
    tx = database.read()
    settings = job_settings.in_force(site, tx)
    return render(
        request,
        who,
        "jobs.html",
        table=table,
        asked=Asked.of(request.query_params.multi_items()),
        settings=settings,
        organisations=jobs.organisations(tx),
        backends=sorted({row["backend"] for row in settings["kinds"]}),
    )


def view(look: Look) -> Picture:
    """The live part: a row for each job, and how many are in each state."""
    asked = Asked.of(look.params)
    shown = _page(look, asked)
    counts = look.once("job counts", lambda: jobs.counts(look.tx))
    parts = {f"job-{row['id']}": _row_html(look, row) for row in shown["jobs"]}
    parts["tally"] = fragment("_jobs_tally.html", counts=counts, asked=asked, states=STATES, role=look.role)
    return Picture(
        container="table",
        parts=parts,
        whole=partial(_whole, shown, parts, asked, look),
        layout=(tuple(parts), shown["next"]),
    )


def _page(look: Look, asked: Asked) -> dict[str, Any]:
    """The jobs asked for; a cursor that is none begins anew."""
    read = partial(jobs.page, look.site, look.tx, states=asked.states, search=asked.search, limit=ROWS)
    try:
        return read(cursor=asked.cursor or None)
    except ValueError:
        return read()


def _row_html(look: Look, row: Row) -> str:
    kind = look.once("declared kinds", lambda: jobs.declared(look.site)).get(row["kind"])
    why, until = why_of(row)
    return fragment(
        "_job_row.html",
        row=row,
        role=look.role,
        zone=look.site.zone,
        states=STATES,
        verbs={name: VERBS[name] for name in verbs_of(row, bool(kind and kind.deletion))},
        why=why,
        until=until,
    )


def _whole(shown: dict[str, Any], parts: dict[str, str], asked: Asked, look: Look, mark: str) -> str:
    kept = [(name, value) for name, value in look.params if name != "cursor"]
    return fragment(
        "_jobs_table.html",
        rows=shown["jobs"],
        parts=parts,
        asked=asked,
        role=look.role,
        verbs=VERBS,
        stream="/live/jobs?" + urlencode([*look.params, ("since_mark", mark)]),
        older="/jobs?" + urlencode([*kept, ("cursor", shown["next"])]) if shown["next"] else "",
        first="/jobs?" + urlencode(kept) if asked.cursor else "",
    )
