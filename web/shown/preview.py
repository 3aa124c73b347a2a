"""What an edit would come to: the next starts, warnings, and what is wrong with it. Nothing is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from actors.service import Service
from domain.forecast.impossible import overload, span
from domain.forecast.work import Plan, Work
from domain.time.clock import rfc3339
from domain.time.clock_changes import ClockChange, clock_changes_ahead
from domain.time.offer import fixed_times_for, restart_of
from domain.time.planned import next_times
from domain.time.rule import FixedTime, Periodic, Rule
from domain.time.stored import rule_of
from domain.time.text import describe
from node.site import Site
from store import node
from store import service as stored
from store.duration import Usual, usual
from store.tx import Tx
from web.acts.edit_service import switches_of
from web.acts.named import usable
from web.acts.wanted import wanted
from web.shown import services as shown

Shown = dict[str, Any]

#: How far ahead clock changes are told of, in seconds, and how many of them.
AHEAD = 400 * 86_400
MOST_CHANGES = 6
#: A run group that is asked for more than this share of the day is warned of.
BUSY = 0.8


def preview(site: Site, tx: Tx | None, words: str, changes: Mapping[str, Any], count: int = 5) -> Shown:
    """What `web.acts.edit_service.edit` with these changes would come to.

    ``schedule`` as text, with its ``zone``; ``next``: the first `count` starts, each ``at`` (RFC 3339),
    ``local`` (the wall clock of its zone) and ``note`` (what a clock change does to it, or None);
    ``warnings``: each ``code`` and ``text``; ``problems``: one line by field, for which the edit would
    be refused. Codes: clock_gap, clock_fold, clock_no_date, period_restarts, longer_than_period,
    group_busy, no_node_up, offer_fixed_time (with ``times``).

    Raises Refusal (unknown_service, legacy, off, planned).
    """
    service = usable(site, words)
    row = stored.one(tx, service.name) if tx else None
    declared = next((each.defaults for each in site.declared() if each.name == service.name), None)
    values = shown.values_of(service, declared, row)
    now = site.clock.now()
    asked = wanted(service, values, switches_of(service, tx), changes, now)
    rule = asked.rule
    bad = rule.problems()
    own = rule.zone if isinstance(rule, FixedTime) and rule.zone and not bad else None
    zone = ZoneInfo(own) if own else site.zone
    touched = [] if bad else clock_changes_ahead(rule, int(now), int(now) + AHEAD, site.zone)
    after = {**values, **asked.changes}
    return {
        "service": service.name,
        "schedule": "" if bad else describe(rule),
        "zone": zone.key,
        "next": [] if bad else _next(rule, now, count, site.zone, zone, touched),
        "warnings": [
            *_offer(changes),
            *([] if bad else _clock(touched)),
            *([] if bad else _restart(rule)),
            *(_of_history(site, tx, service, rule, after, now) if tx and not bad else []),
        ],
        "problems": asked.problems,
    }


def _next(
    rule: Rule, now: float, count: int, system: ZoneInfo, zone: ZoneInfo, touched: Sequence[ClockChange]
) -> list[Shown]:
    notes: dict[int, list[str]] = {}
    for each in touched:
        if each.at is not None:
            notes.setdefault(each.at, []).append(each.sentence)
    return [
        {
            "at": rfc3339(start.at),
            "local": f"{datetime.fromtimestamp(start.at, zone):%a %Y-%m-%d %H:%M %Z}",
            "note": "; ".join(notes.get(start.at, [])) or None,
        }
        for start in next_times(rule, int(now), count, system)
    ]


def _clock(touched: Sequence[ClockChange]) -> list[Shown]:
    found = [{"code": f"clock_{each.kind}", "text": each.sentence} for each in touched]
    if len(found) > MOST_CHANGES:
        more = len(found) - MOST_CHANGES
        found[MOST_CHANGES:] = [{"code": found[MOST_CHANGES]["code"], "text": f"and {more} more such times"}]
    return found


def _restart(rule: Rule) -> list[Shown]:
    text = restart_of(rule) if isinstance(rule, Periodic) else None
    return [{"code": "period_restarts", "text": text}] if text else []


def _offer(changes: Mapping[str, Any]) -> list[Shown]:
    """More than an hour is no period; the fixed times that are the same."""
    period, align = changes.get("period"), changes.get("align")
    if not isinstance(period, int) or isinstance(period, bool) or period <= 60:
        return []
    times = fixed_times_for(period, align if isinstance(align, int) else 0)
    some = ", ".join(times[:6]) + (", …" if len(times) > 6 else "")
    text = f"a period is at most 60 min: for every {period} min give fixed times ({some})"
    if period > 1440:
        text = "a period is at most 60 min: for more than a day give a fixed time with weekdays or days"
    return [{"code": "offer_fixed_time", "text": text, "times": list(times)}]


def _of_history(
    site: Site, tx: Tx, service: Service, rule: Rule, values: Mapping[str, Any], now: float
) -> list[Shown]:
    """What nodes that are up, and past runs, say to it."""
    nodes = [set(each["roles"].split()) for each in node.rows(tx) if each["state"] == "up"]
    places = sum(not roles.isdisjoint(values["roles"]) for roles in nodes)
    found = []
    if not places:
        roles = " or ".join(sorted(values["roles"]))
        text = f"no node that is up has the role {roles}: it does not start until one joins"
        found.append({"code": "no_node_up", "text": text})
    if rule.kind not in ("periodic", "fixed_time"):
        return found
    groups = set(values["run_groups"])
    rows = [
        each
        for each in stored.rows(tx)
        if each["name"] == service.name or groups & set(each["run_groups"].split())
    ]
    times = usual(tx, [each["name"] for each in rows])
    works = [_work(each, times, nodes) for each in rows if each["name"] != service.name]
    own = Work(
        service.name,
        service.title,
        rule,
        tuple(values["run_groups"]),
        copies=places if values["instances"] == "each" else min(places, 1),
        usual=_median(times, service.name),
    )
    plan = Plan(now, site.zone)
    found += _too_long(site, rule, times.get(service.name), values["parallel"], now)
    return found + _busy([own, *(each for each in works if each.counts)], groups, plan)


def _too_long(site: Site, rule: Rule, known: Usual | None, parallel: int, now: float) -> list[Shown]:
    starts = [each.at for each in next_times(rule, int(now), 10, site.zone)]
    least = min((later - early for early, later in pairwise(starts)), default=None)
    if known is None or least is None or known.p95 <= least * parallel:
        return []
    text = (
        f"it usually takes up to {span(known.p95)} (95 % of its last {known.runs} runs), "
        f"and there are {span(least)} between two starts: later ones merge or are skipped"
    )
    return [{"code": "longer_than_period", "text": text}]


def _busy(works: Sequence[Work], groups: set[str], plan: Plan) -> list[Shown]:
    found = []
    for group in sorted(groups):
        load, _ = overload(group, works, plan)
        if load > BUSY:
            text = f"run group {group} would be busy {load:.0%} of the day: its services wait for each other"
            found.append({"code": "group_busy", "text": text})
    return found


def _work(row: Mapping[str, Any], times: Mapping[str, Usual], nodes: Sequence[set[str]]) -> Work:
    roles = set(row["roles"].split())
    places = sum(not roles.isdisjoint(each) for each in nodes)
    return Work(
        row["name"],
        row["title"],
        rule_of(row["rule"]),
        tuple(row["run_groups"].split()),
        copies=places if row["instances"] == "each" else min(places, 1),
        usual=_median(times, row["name"]),
        enabled=bool(row["enabled"]) and not row["missing"],
    )


def _median(times: Mapping[str, Usual], name: str) -> float | None:
    return times[name].p50 if name in times else None
