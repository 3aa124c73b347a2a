"""One service: its last 24 hours, its runs, charts, log, configuration and audit, each at its own address."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, Response

from domain.time.spoken import span
from node.site import Site
from store import database
from store.run import lookup
from store.run.recent import recent
from store.tx import Tx
from web.access.guard import Admin, Operator, Viewer
from web.acts.edit_service import edit
from web.acts.edits import Edits
from web.acts.named import find, usable
from web.acts.refusal import Refusal
from web.charts import timeline as drawn
from web.here import Here
from web.live.hub import Hub, Look
from web.live.picture import Picture
from web.live.stream import chosen, own_address
from web.pages.acting import act
from web.pages.render import fragment, render
from web.pages.run_rows import STEPS as STEP_STATES
from web.pages.run_rows import Asked
from web.pages.runs import choices
from web.pages.service_rows import FOLDED, STATES, state_of
from web.shown import audit, durations, services, timeline
from web.shown.configuration import LABELS, configuration
from web.shown.run_story import story

router = APIRouter(include_in_schema=False)

#: The end of a tab's address -> its title.
TABS = {
    "": "Timeline",
    "runs": "Runs",
    "charts": "Charts",
    "steps": "Steps",
    "log": "Log",
    "configuration": "Configuration",
    "audit": "Audit",
}
#: Days that the charts can show.
DAYS = {1: "24 hours", 7: "7 days", 30: "30 days", 90: "90 days"}
#: "Log the next 30 min", in s.
LOG_NEXT = 1800.0
#: The line for now moves so often on a timeline, in s.
MOVES = 20
#: How many timelines are kept drawn.
KEPT = 256
GONE = '<div id="service"><p class="empty">There is no such service.</p></div>'


@router.get("/services/{name}")
def service(request: Request, who: Viewer, site: Here, name: str) -> Response:
    """The timeline, live. Raises Refusal (unknown_service), as all tabs do."""
    found = find(site, name).name
    return _page(request, who, site, found, "")


@router.get("/services/{name}/runs")
def runs(request: Request, who: Viewer, site: Here, name: str) -> Response:
    """Its runs with filters, live; to a search from the page itself, only the table."""
    found = find(site, name).name
    hub: Hub = request.app.state.hub
    own = [pair for pair in chosen(request) if pair[0] not in ("service", "of")]
    picture, mark = hub.look(("runs", who.role, (*own, ("service", found), ("of", found))))
    if request.headers.get("hx-target", "").endswith("table"):
        return HTMLResponse(picture.whole(mark), headers={"hx-replace-url": own_address(request)})
    return _page(request, who, site, found, "runs", body=picture.whole(mark), **choices(Asked.of(own)))


@router.get("/services/{name}/charts")
def charts(
    request: Request, who: Viewer, site: Here, name: str, days: Annotated[int, Query(ge=1, le=90)] = 7
) -> Response:
    """How long runs took and waited, and how many failed; the same as a table."""
    found = find(site, name).name
    series = durations.series(site, database.read(), found, days)
    return _page(request, who, site, found, "charts", days=days, spans=DAYS, series=series)


@router.get("/services/{name}/log")
def log(request: Request, who: Viewer, site: Here, name: str) -> Response:
    """The log of the run that runs, or of the last one that did."""
    found = find(site, name).name
    tx = database.read()
    newest = lookup.latest(tx, found)
    run = story(site, tx, newest) if newest is not None else None
    return _page(request, who, site, found, "log", run=run)


@router.get("/services/{name}/steps")
def steps(request: Request, who: Viewer, site: Here, name: str) -> Response:
    """Its task lines: when each is due, and how it ended the last times."""
    found = find(site, name).name
    tasks = services.one(site, database.read(), found)["tasks"]
    return _page(request, who, site, found, "steps", tasks=tasks, step_states=STEP_STATES)


@router.get("/services/{name}/configuration")
def in_force(request: Request, who: Viewer, site: Here, name: str) -> Response:
    """Each value with where it comes from."""
    found = find(site, name).name
    values = configuration(site, database.read(), found)
    return _page(request, who, site, found, "configuration", values=values)


@router.get("/services/{name}/audit")
def changes(
    request: Request,
    who: Viewer,
    site: Here,
    name: str,
    before: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None,
) -> Response:
    """What was changed of it, the newest first."""
    found = find(site, name).name
    page = audit.of_object(database.read(), f"service {found}", 50, before)
    older = f"/services/{found}/audit?before={page['next']}" if page["next"] else ""
    return _page(request, who, site, found, "audit", rows=page["audit"], older=older, before=before)


@router.post("/services/{name}/log-next")
def log_next(request: Request, who: Operator, site: Here, name: str) -> Response:
    """Keep every line of its runs for half an hour."""

    def work() -> str:
        Edits(site, by=who.name).logging(name, True, until=site.clock.now() + LOG_NEXT)
        return f"{usable(site, name).title}: every line is kept for {span(LOG_NEXT)}, from the next run on"

    return act(request, work)


@router.post("/services/{name}/configuration/revert")
def revert(
    request: Request, who: Admin, site: Here, name: str, key: Annotated[str, Form(max_length=60)]
) -> Response:
    """Take a live edit back: what the file or the code says is in force again."""

    def work() -> str:
        edit(site, name, {"revert": [key]}, by=who.name)
        return f"{usable(site, name).title}: {LABELS.get(key, key).lower()} is as the file or the code says"

    return act(request, work, to=f"/services/{find(site, name).name}/configuration")


def view(look: Look) -> Picture:
    """The live part: the head of every tab, and the timeline."""
    params = dict(look.params)
    try:
        name = find(look.site, params.get("name", "")).name
    except Refusal:  # an address that somebody made up must not stop the look for all
        return Picture(container="service", parts={}, whole=lambda _: GONE, layout="gone")
    tab = params.get("tab", "")
    row = services.one(look.site, look.tx, name)
    parts = {"service-head": _head(look, row, tab)}
    if not tab:
        parts["service-timeline"] = _timeline(look.site, look.tx, row)
    return Picture(container="service", parts=parts, whole=partial(_whole, parts, look))


def _page(request: Request, who: Viewer, site: Site, name: str, tab: str, **values: Any) -> Response:
    hub: Hub = request.app.state.hub
    picture, mark = hub.look(("service", who.role, (("name", name), *([("tab", tab)] if tab else []))))
    title = find(site, name).title
    # Browsers keep few connections to one site: a tab with a stream of its own does without the head's.
    live = picture.parts["service-head"] if tab in ("runs", "log") else picture.whole(mark)
    return render(
        request, who, "service.html", name=name, title=title, tab=tab, tabs=TABS, live=live, **values
    )


def _head(look: Look, row: dict[str, Any], tab: str) -> str:
    row["state"] = state_of(row, look.site.clock.now())
    found = recent(look.tx, [row["name"]], 1).get(row["name"], [])
    # As the services table has it: who presses Run there and here at once asks for one run.
    row["seen"] = f"{found[-1]['id'] if found else 0}-{row['running']}-{row['queued_since'] or ''}"
    return fragment(
        "_service_head.html",
        row=row,
        may=look.role != "viewer" and row["status"] not in FOLDED,
        live=tab != "log",
        zone=look.site.zone,
        states=STATES,
    )


#: (site, service) -> (the site, of what state, the drawn timeline), the oldest first.
_drawn: dict[tuple[int, str], tuple[Site, tuple[Any, ...], str]] = {}


def _timeline(site: Site, tx: Tx, row: dict[str, Any]) -> str:
    """Drawn anew when something happened, and now and then: it reads a whole day of runs."""
    opened = lookup.open_runs(tx).get(row["name"], [])
    state = (
        tuple((run["id"], run["state"], run["started_at"]) for run in opened),
        tx.value("SELECT MAX(id) FROM run WHERE service = ?", (row["name"],)),
        row["revision"],
        int(site.clock.now() // MOVES),
    )
    key = (id(site), row["name"])
    known = _drawn.get(key)
    if known is not None and known[0] is site and known[1] == state:
        return known[2]
    found = timeline.look(site, tx, row["name"])
    html = fragment(
        "_service_timeline.html",
        chart=drawn.chart(found, site.zone),
        rows=drawn.table(found, site.zone),
        left_out=drawn.left_out(found),
        empty=not found.lanes,
        name=row["title"],
        daemon=row["kind"] == "daemon",
    )
    _drawn.pop(key, None)
    _drawn[key] = (site, state, html)
    for old in list(_drawn)[:-KEPT]:
        _drawn.pop(old, None)
    return html


def _whole(parts: dict[str, str], look: Look, mark: str) -> str:
    stream = "/live/service?" + urlencode([*look.params, ("since_mark", mark)])
    names = dict(look.params)
    title = find(look.site, names["name"]).title
    return fragment(
        "_service.html", parts=parts, stream=stream, name=names["name"], title=title, tab="", tabs=TABS
    )
