"""Zones and domains over HTTP: what is known of them, and having one looked at now."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query

from store import database
from web.access.guard import Operator, Viewer
from web.acts.force import Forced
from web.acts.names import Names
from web.api.words import Limit, Word
from web.here import Here
from web.shown import domains, runs, zones

router = APIRouter(prefix="/api/v1", tags=["names"])

ZoneName = Annotated[Word, Path(alias="zone", description="A zone, such as example.org, in any script.")]
DomainName = Annotated[Word, Path(alias="domain", description="A domain, in any script.")]
Text = Annotated[Word, Query(description="A part of its name, or of its organisation's.")]
Cursor = Annotated[int | None, Query(ge=1, le=2**63 - 1, description="`next` of the page before.")]


@router.get("/zones")
def list_zones(
    site: Here,
    who: Viewer,
    q: Text = "",
    show: Literal["all", "failing"] = "all",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> dict[str, Any]:
    """Zones by name: serial, number of records, when last read; ``next`` is null after the last page."""
    return zones.page(site, database.read(), text=q.strip(), show=show, limit=limit, cursor=cursor)


@router.get("/zones/{zone}")
def one_zone(name: ZoneName, who: Viewer) -> dict[str, Any]:
    """One zone, with how many records of each type it has."""
    return zones.one(database.read(), name)


@router.get("/zones/{zone}/records")
def list_records(
    name: ZoneName,
    who: Viewer,
    q: Annotated[Word, Query(description="A part of the name or the data.")] = "",
    type: Annotated[Word, Query(description="Such as MX.")] = "",
    gone: Annotated[bool, Query(description="Those that are not there any more.")] = False,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> dict[str, Any]:
    """The records of a zone by name, as its server has them."""
    tx = database.read()
    return zones.records(tx, name, text=q.strip(), kind=type.strip(), gone=gone, limit=limit, cursor=cursor)


@router.post("/zones/{zone}/read", status_code=202)
def read_zone(
    name: ZoneName,
    site: Here,
    who: Operator,
    believe: Annotated[bool, Query(description="Also where much of it has vanished.")] = False,
) -> dict[str, Any]:
    """Have a zone read now; the run that does it."""
    return _forced(site, Names(site, by=who.name, trigger="api").read_zone(name, believe=believe))


@router.get("/domains")
def list_domains(
    site: Here,
    who: Viewer,
    q: Text = "",
    show: Literal["all", "waiting", "given_up", "expiring", "failing"] = "all",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> dict[str, Any]:
    """Domains by name: verification, expiry, registrar; ``next`` is null after the last page."""
    return domains.page(site, database.read(), text=q.strip(), show=show, limit=limit, cursor=cursor)


@router.get("/domains/{domain}")
def one_domain(name: DomainName, site: Here, who: Viewer) -> dict[str, Any]:
    """One domain."""
    return domains.one(site, database.read(), name)


@router.post("/domains/{domain}/verify", status_code=202)
def verify_domain(name: DomainName, site: Here, who: Operator) -> dict[str, Any]:
    """Look for the token of a domain now; the run that does it."""
    return _forced(site, Names(site, by=who.name, trigger="api").verify(name))


@router.post("/domains/{domain}/sync", status_code=202)
def sync_domain(name: DomainName, site: Here, who: Operator) -> dict[str, Any]:
    """Ask the registrar of a domain now; the run that does it."""
    return _forced(site, Names(site, by=who.name, trigger="api").ask_registrar(name))


def _forced(site: Here, done: Forced) -> dict[str, Any]:
    tx = database.read()
    return {"runs": [runs.one(site, tx, run_id) for run_id in done.run_ids], "merged": done.merged}
