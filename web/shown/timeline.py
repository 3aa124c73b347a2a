"""The last hours of a service, node by node, and its next starts."""

from __future__ import annotations

from typing import Any

from domain.time.clock import rfc3339
from domain.time.planned import next_times
from domain.time.stored import rule_of
from domain.timeline import Bar, Timeline, arranged
from node.site import Site
from store import service
from store.run.since import since
from store.tx import Tx
from web.shown.services import is_paused

Shown = dict[str, Any]

HOUR = 3600.0
#: How far ahead starts are listed, in s, and how many at most.
AHEAD, STARTS = 24 * HOUR, 50
#: How many runs are looked at, the newest; a service that runs each minute on three nodes has 4,320 a day.
LOOKED_AT = 5000


def timeline(site: Site, tx: Tx, service: str, hours: int = 24) -> Shown:
    """``{service, from, until, now, lanes: [{node, runs}], next, more}``, times RFC 3339, spans in s.

    Short runs that a chart could not tell apart are one entry: `count` of them, the worst `state`, how
    many of each in `states`. `next`: planned starts. `more`: how many runs are in none.
    """
    found = look(site, tx, service, hours)
    return {
        "service": found.service,
        "from": rfc3339(found.start),
        "until": rfc3339(found.end),
        "now": rfc3339(found.now),
        "lanes": [
            {"node": lane.node or None, "runs": [_bar(bar) for bar in lane.bars]} for lane in found.lanes
        ],
        "next": [rfc3339(at) for at in found.coming],
        "more": found.more,
    }


def look(site: Site, tx: Tx, service: str, hours: int = 24) -> Timeline:
    """The timeline itself, for the chart."""
    now = site.clock.now()
    start = now - hours * HOUR
    runs, left = since(tx, service, start, LOOKED_AT)
    return arranged(service, runs, start, now, next_starts(site, tx, service), left)


def next_starts(site: Site, tx: Tx, name: str) -> list[int]:
    """The planned starts of the next 24 hours, up to `STARTS`, UTC epoch seconds; none while it is off."""
    row = service.one(tx, name)
    now = site.clock.now()
    if row is None or not (row["present"] and row["enabled"]) or row["missing"]:
        return []
    after = now
    if is_paused(row, now):
        if row["paused_until"] is None:
            return []
        after = row["paused_until"]
    planned = next_times(rule_of(row["rule"]), int(after), STARTS, site.zone)
    return [each.at for each in planned if each.at <= now + AHEAD]


def _bar(bar: Bar) -> Shown:
    return {
        "id": bar.run,
        "count": bar.count,
        "state": bar.state,
        "states": dict(bar.states),
        "reason": bar.reason,
        "planned_at": rfc3339(bar.planned_at),
        "queued_at": rfc3339(bar.queued_at),
        "granted_at": rfc3339(bar.granted_at),
        "started_at": rfc3339(bar.started_at),
        "ended_at": rfc3339(bar.ended_at),
        "wait": bar.wait,
    }
