"""The pages of zones and domains: what is known of them, and buttons that have one looked at now."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import HTMLResponse, Response

from store import database
from web.access.guard import Operator, Viewer
from web.acts.force import Forced
from web.acts.names import Names
from web.here import Here
from web.live.stream import own_address
from web.pages.acting import act
from web.pages.render import fragment, render
from web.shown import domains, zones

router = APIRouter(include_in_schema=False)

Word = Annotated[str, Query(max_length=200)]
Cursor = Annotated[int | None, Query(ge=1, le=2**63 - 1)]
ZoneName = Annotated[str, Path(max_length=260)]
DomainName = Annotated[str, Path(max_length=260)]
ROWS = 50
RECORDS = 100


@router.get("/domains")
def domain_list(
    request: Request, site: Here, who: Viewer, q: Word = "", show: Word = "all", cursor: Cursor = None
) -> Response:
    """Domains with their verification and expiry; to a search from the page itself, only the table."""
    chosen = show if show in domains.SHOWS else "all"
    found = domains.page(site, database.read(), text=q.strip(), show=chosen, limit=ROWS, cursor=cursor)
    values = {"rows": found["domains"], **_asked("/domains", q, chosen, domains.SHOWS, found["next"], cursor)}
    return _listing(request, who, "domain_list.html", "_domain_table.html", values)


@router.get("/domains/{domain_name}")
def domain_page(request: Request, domain_name: DomainName, site: Here, who: Viewer) -> Response:
    """One domain: how it is verified, and what its registrar says."""
    return render(request, who, "domain.html", row=domains.one(site, database.read(), domain_name))


@router.post("/domains/{domain_name}/{do}")
def look_at_domain(
    request: Request, domain_name: DomainName, do: DomainName, site: Here, who: Operator
) -> Response:
    """Look for its token now, or ask its registrar."""
    names = Names(site, by=who.name)
    work = {"verify": names.verify, "sync": names.ask_registrar}.get(do, names.verify)
    return _forced(request, lambda: work(domain_name), f"/domains/{quote(domain_name)}")


@router.get("/zones")
def zone_list(
    request: Request, site: Here, who: Viewer, q: Word = "", show: Word = "all", cursor: Cursor = None
) -> Response:
    """Zones with serial and records; to a search from the page itself, only the table."""
    chosen = show if show in zones.SHOWS else "all"
    found = zones.page(site, database.read(), text=q.strip(), show=chosen, limit=ROWS, cursor=cursor)
    values = {"rows": found["zones"], **_asked("/zones", q, chosen, zones.SHOWS, found["next"], cursor)}
    return _listing(request, who, "zone_list.html", "_zone_table.html", values)


@router.get("/zones/{zone_name}")
def zone_page(
    request: Request,
    zone_name: ZoneName,
    who: Viewer,
    q: Word = "",
    type: Word = "",
    gone: bool = False,
    cursor: Cursor = None,
) -> Response:
    """One zone and its records."""
    tx = database.read()
    row = zones.one(tx, zone_name)
    found = zones.records(tx, zone_name, text=q.strip(), kind=type, gone=gone, limit=RECORDS, cursor=cursor)
    kept = {
        **({"q": q} if q else {}),
        **({"type": type} if type else {}),
        **({"gone": "yes"} if gone else {}),
    }
    path = f"/zones/{quote(row['name'])}"
    values = {
        "row": row,
        "records": found["records"],
        "asked": {"q": q, "type": type, "gone": gone},
        "path_here": path,
        "next": f"{path}?{urlencode({**kept, 'cursor': found['next']})}" if found["next"] else "",
        "first": f"{path}?{urlencode(kept)}" if cursor else "",
        "zone": request.app.state.site.zone,
    }
    if request.headers.get("hx-target", "").endswith("table"):
        html = fragment("_record_table.html", **values)
        return HTMLResponse(html, headers={"hx-replace-url": own_address(request)})
    del values["zone"]
    return render(request, who, "zone.html", **values)


@router.post("/zones/{zone_name}/read")
def read_zone(
    request: Request,
    zone_name: ZoneName,
    site: Here,
    who: Operator,
    believe: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Read a zone now."""
    names = Names(site, by=who.name)
    return _forced(
        request, lambda: names.read_zone(zone_name, believe=believe == "yes"), f"/zones/{quote(zone_name)}"
    )


def _asked(
    path: str, q: str, show: str, shows: tuple[str, ...], following: int | None, cursor: int | None
) -> dict[str, Any]:
    kept = {**({"q": q} if q else {}), **({"show": show} if show != "all" else {})}
    return {
        "asked": {"q": q, "show": show},
        "shows": shows,
        "next": f"{path}?{urlencode({**kept, 'cursor': following})}" if following else "",
        "first": f"{path}?{urlencode(kept)}" if cursor else "",
    }


def _listing(request: Request, who: Any, page: str, table: str, values: dict[str, Any]) -> Response:
    if request.headers.get("hx-target", "").endswith("table"):
        html = fragment(table, zone=request.app.state.site.zone, **values)
        return HTMLResponse(html, headers={"hx-replace-url": own_address(request)})
    return render(request, who, page, **values)


def _forced(request: Request, work: Callable[[], Forced], to: str) -> Response:
    def told() -> str:
        done = work()
        ids = ", ".join(map(str, done.run_ids))
        return f"{done.service.title}: run {ids} {'stands for this one' if done.merged else 'is asked for'}"

    return act(request, told, to=to)
