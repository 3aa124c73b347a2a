"""What stands above every page: where to go, what needs a look, and that the site stands still."""

from __future__ import annotations

from collections.abc import Callable
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
    """One entry of the navigation."""

    path: str
    title: str
    role: str = "viewer"


PLACES = (
    Place("/", "Services"),
    Place("/runs", "Runs"),
    Place("/groups", "Run groups"),
    Place("/nodes", "Nodes"),
    Place("/jobs", "Jobs"),
    Place("/events", "Events"),
    Place("/alerts", "Alerts"),
    Place("/servers", "Servers"),
    Place("/domains", "Domains"),
    Place("/held", "Held"),
    Place("/objects", "Objects"),
    Place("/reports", "Reports"),
    Place("/audit", "Audit"),
    Place("/settings", "Settings", "admin"),
)


def values(request: Request, who: Who) -> dict[str, Any]:
    """The frame's values for somebody who is signed in."""
    return {
        "places": [place for place in PLACES if who.may(place.role)],
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
