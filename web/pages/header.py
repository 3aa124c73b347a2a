"""What stands above every page: where to go, what needs a look, and that the site stands still."""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass
from typing import Any

from fastapi import Request

from store import alert, database, setting
from store.errors import DatabaseError
from store.run.failed import failed_since
from web.access.who import Who
from web.acts.looked import seen_until


@dataclass(frozen=True)
class Place:
    """One entry of the navigation. Those of one `area` share an entry, and are listed below it.

    `also`: other paths that belong to it. `profile`: shown only while that profile is on.
    """

    path: str
    title: str
    role: str = "viewer"
    area: str = ""
    also: tuple[str, ...] = ()
    profile: str = ""

    def holds(self, path: str) -> bool:
        """Whether this page is part of it."""
        return any(path == each or path.startswith(f"{each}/") for each in (self.path, *self.also))


PLACES = (
    Place("/", "Services", also=("/services", "/coverage")),
    Place("/runs", "Runs"),
    Place("/groups", "Run groups"),
    Place("/nodes", "Nodes"),
    Place("/jobs", "Jobs"),
    Place("/events", "Events", also=("/hooks", "/workflows")),
    Place("/alerts", "Alerts"),
    Place("/held", "Held"),
    Place("/tickets", "Tickets", area="Mail", profile="helpdesk"),
    Place("/campaigns", "Campaigns", area="Mail", profile="helpdesk"),
    Place("/mail", "Mail log", area="Mail"),
    Place("/servers", "Servers", area="Monitoring", profile="monitoring"),
    Place("/checks", "Checks", area="Monitoring", profile="monitoring"),
    Place("/directory", "Directory users", area="Hosting", profile="hosting"),
    Place("/directories", "Directories", area="Hosting", profile="hosting"),
    Place("/domains", "Domains", area="Hosting", profile="hosting"),
    Place("/zones", "Zones", area="Hosting", profile="hosting"),
    Place("/calls", "Calls", area="Calls", profile="voice"),
    Place("/calls/summary", "Summary Report", area="Calls", profile="voice"),
    Place("/calls/mismatches", "Mismatches", area="Calls", profile="voice"),
    Place("/calls/rerating", "Rerating", area="Calls", profile="voice"),
    Place("/calls/files", "Files", area="Calls", profile="voice"),
    Place("/calls/days", "Days", area="Calls", profile="voice"),
    Place("/voice/lookup", "Look up", area="Calls", profile="voice"),
    Place("/objects", "Objects"),
    Place("/reports", "Reports"),
    Place("/audit", "Audit"),
    Place("/settings", "Settings", "admin"),
)


@dataclass(frozen=True)
class Entry:
    """A link of the navigation, and whether the page is behind it."""

    path: str
    title: str
    here: bool


def navigation(
    path: str, may: Callable[[str], bool], profiles: Container[str]
) -> tuple[list[Entry], str, list[Entry]]:
    """The entries of the frame; the area that the page belongs to, if any; the entries of that area."""
    shown = [
        place for place in PLACES if may(place.role) and (not place.profile or place.profile in profiles)
    ]
    held = [place for place in shown if place.holds(path)]
    here = max(held, key=lambda place: len(place.path), default=None)
    entries: dict[str, Entry] = {}
    for place in shown:
        title = place.area or place.title
        lit = here is not None and title == (here.area or here.title)
        entries.setdefault(title, Entry(place.path, title, lit))
    area = here.area if here else ""
    parts = [Entry(each.path, each.title, each is here) for each in shown if area and each.area == area]
    return list(entries.values()), area, parts if len(parts) > 1 else []


def values(request: Request, who: Who) -> dict[str, Any]:
    """The frame's values for somebody who is signed in."""
    entries, area, parts = navigation(request.url.path, who.may, request.app.state.site.profiles)
    return {
        "nav": entries,
        "nav_area": area,
        "nav_parts": parts,
        "maintenance": _or_none(lambda: setting.get(database.read(), "maintenance")),
        "failed": _or_none(lambda: _failed(who)),
        "alerts": _or_none(lambda: alert.waiting_for_somebody(database.read())),
    }


def _failed(who: Who) -> dict[str, Any] | None:
    """What failed since they last looked: ``count``, as text ``said``, ``since`` and the ``link`` to it."""
    tx = database.read()
    since = seen_until(tx, who.user_id)
    if since is None:
        return None
    found = failed_since(tx, since)
    more = "" if found.whole else "+"
    link = f"/runs?failed_after={int(since)}"
    return {"count": found.number, "said": f"{found.number}{more}", "since": since, "link": link}


def _or_none(read: Callable[[], Any]) -> Any:
    """What the database says, or None while it is away: the page still comes."""
    try:
        return read()
    except DatabaseError:
        return None
