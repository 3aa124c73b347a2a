"""What the run groups may expect: the next 24 hours, and when those that are held become free."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from domain.forecast.collisions import Collision
from domain.forecast.day import Forecast, GroupDay, forecast, spans
from domain.forecast.impossible import Impossible
from domain.forecast.suggest import Suggestion
from domain.forecast.work import Work
from domain.time.clock import rfc3339
from domain.time.stored import rule_of
from node.site import Site
from store import duration, node, service
from store.run import lookup
from store.tx import Tx
from web.shown.services import is_paused

Shown = dict[str, Any]

#: Pauses shorter than this are not told apart in the JSON, in s.
GAP = 60.0
#: Of one collision, how many minutes are listed.
LISTED = 20


def group_forecast(site: Site, tx: Tx) -> Shown:
    """``{from, until, groups, collisions, impossible, suggestions, assumed}`` of the next 24 hours.

    Times RFC 3339, spans in s; `load` and `asked` are shares of the day. `assumed`: services without a
    history, reckoned with one second.
    """
    found = look(site, tx)
    return {
        "from": rfc3339(found.start),
        "until": rfc3339(found.end),
        "groups": [_group(group) for group in found.groups],
        "collisions": [_collision(each) for each in found.collisions],
        "impossible": [_impossible(each) for each in found.impossible],
        "suggestions": [_suggestion(each) for each in found.suggestions],
        "assumed": list(found.assumed),
    }


def look(site: Site, tx: Tx) -> Forecast:
    """The forecast itself, for the chart: of every service that is planned here."""
    rows = service.rows(tx)
    usual = duration.usual(tx, [row["name"] for row in rows])
    nodes = [row for row in node.rows(tx) if row["state"] != "left"]
    now = site.clock.now()
    return forecast([_work(row, usual.get(row["name"]), nodes, now) for row in rows], site.zone, now)


def titles(tx: Tx) -> dict[str, str]:
    """The titles of services by name."""
    return {row["name"]: row["title"] for row in service.rows(tx)}


def estimated_free(site: Site, tx: Tx) -> dict[str, Shown]:
    """For each group that is held: ``{run, service, free_at, overdue, late_by}``.

    `free_at` is when its holder should have ended, by the 95th percentile of its durations; None
    without a history. `overdue` when that is past, `late_by` by how many s.
    """
    now = site.clock.now()
    held = [row for row in lookup.waiting_of_groups(tx) if row["held"]]
    usual = duration.usual(tx, sorted({row["service"] for row in held}))
    return {row["run_group"]: _free(row, usual.get(row["service"]), now) for row in held}


def _free(row: Mapping[str, Any], usual: duration.Usual | None, now: float) -> Shown:
    free_at = None if usual is None else row["since"] + usual.p95
    late_by = 0.0 if free_at is None else max(0.0, now - free_at)
    return {
        "run": row["id"],
        "service": row["service"],
        "free_at": rfc3339(free_at),
        "overdue": late_by > 0,
        "late_by": late_by,
    }


def _work(
    row: Mapping[str, Any], usual: duration.Usual | None, nodes: Sequence[Mapping[str, Any]], now: float
) -> Work:
    return Work(
        name=row["name"],
        title=row["title"],
        rule=rule_of(row["rule"]),
        run_groups=tuple(row["run_groups"].split()),
        priority=row["priority"],
        parallel=row["parallel"],
        copies=_copies(row, nodes),
        usual=usual.p50 if usual else None,
        slow=usual.p95 if usual else None,
        enabled=bool(row["enabled"]) and not row["missing"] and not is_paused(row, now),
    )


def _copies(row: Mapping[str, Any], nodes: Sequence[Mapping[str, Any]]) -> int:
    """On how many nodes each occurrence runs; before the first node has joined, on one."""
    roles = set(row["roles"].split())
    able = sum(
        row["name"] in each["services"].split() and not roles.isdisjoint(each["roles"].split())
        for each in nodes
    )
    return able if nodes and row["instances"] == "each" else min(able, 1) if nodes else 1


def _group(group: GroupDay) -> Shown:
    return {
        "name": group.name,
        "services": list(group.services),
        "load": round(group.load, 4),
        "asked": round(group.asked, 4),
        "waits": group.waits,
        "waited": round(group.waited, 1),
        "busy": [
            {"from": rfc3339(span.start), "until": rfc3339(span.end), "services": list(span.services)}
            for span in spans(group.busy, GAP)
        ],
    }


def _collision(each: Collision) -> Shown:
    return {
        "group": each.group,
        "services": list(each.services),
        "times": len(each.at),
        "at": [rfc3339(at) for at in each.at[:LISTED]],
        "waited": round(each.waited, 1),
        "longest": round(each.longest, 1),
    }


def _impossible(each: Impossible) -> Shown:
    return {"kind": each.kind, "name": each.name, "sentence": each.sentence}


def _suggestion(each: Suggestion) -> Shown:
    return {
        "service": each.service,
        "align": each.align,
        "instead_of": each.instead_of,
        "fewer_waits": each.fewer_waits,
        "less_waiting": round(each.less_waiting, 1),
        "sentence": each.sentence,
    }
