"""The board of run groups as operators read it: who has a group until when, and what its day is like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from domain.forecast.collisions import Collision
from domain.forecast.day import Forecast
from domain.time.spoken import count, epoch, short, span
from web.shown.group_day import GroupsDay

Row = dict[str, Any]

#: Of collisions and suggestions, how many are written out.
LISTED = 12
#: Of one collision, how many minutes.
TIMES = 4


def board(groups: Sequence[Row], free: Mapping[str, Row], day: GroupsDay, now: float) -> list[Row]:
    """Each group with what a card shows; ``quiet`` for one that nobody holds or waits for.

    `groups` is `web.shown.groups.listing`, `free` is `web.shown.forecast.estimated_free`.
    """
    days = {each.name: each for each in day.forecast.groups}
    return [
        {
            **group,
            "quiet": group["holder"] is None and not group["waiting"],
            "end": _end(group, free.get(group["name"])),
            "load": days[group["name"]].load if group["name"] in days else 0.0,
            "asked": days[group["name"]].asked if group["name"] in days else 0.0,
            "longest": _longest(group, day.longest.get(group["name"], 0.0), now),
            "users": [day.titles.get(name, name) for name in group["services"]],
            "waiting": [
                {**each, "others": [name for name in each["run_groups"] if name != group["name"]]}
                for each in group["waiting"]
            ],
        }
        for group in groups
    ]


def tally(groups: Sequence[Row]) -> dict[str, int]:
    """How many groups are held, and how many runs wait for one; a run that needs two waits once."""
    waiting = {each["run"] for group in groups for each in group["waiting"]}
    return {
        "held": sum(group["holder"] is not None for group in groups),
        "waiting": len(waiting),
        "overdue": sum(group["end"] == "overdue" for group in groups),
    }


def collisions(day: GroupsDay, zone: ZoneInfo) -> list[Row]:
    """``{sentence, times, more}``: who meets where and how often, and the first moments in `zone`."""
    return [
        {
            "sentence": _meeting(each, day.titles),
            "times": [f"{datetime.fromtimestamp(at, zone):%H:%M}" for at in each.at[:TIMES]],
            "more": max(0, len(each.at) - TIMES),
        }
        for each in day.forecast.collisions[:LISTED]
    ]


def left_out(found: Forecast) -> int:
    """How many collisions are not written out."""
    return max(0, len(found.collisions) - LISTED)


def _end(group: Row, free: Row | None) -> str:
    """``overdue``, ``expected`` or ``unknown``; its moment is in ``holder["free_at"]``."""
    if group["holder"] is None or free is None or free["free_at"] is None or group["holder"]["hold"]:
        return "unknown"
    group["holder"]["free_at"] = free["free_at"]
    return "overdue" if free["overdue"] else "expected"


def _longest(group: Row, ended: float, now: float) -> str:
    """The longest wait, also of those who wait still; empty for none."""
    waits = [ended, *(now - epoch(each["since"]) for each in group["waiting"])]
    return short(max(waits)) if max(waits) >= 1 else ""


def _meeting(each: Collision, titles: Mapping[str, str]) -> str:
    names = [titles.get(name, name) for name in each.services]
    if len(names) == 1:
        who = f"{names[0]} wants {each.group} on several nodes at once"
    else:
        who = f"{', '.join(names[:-1])} and {names[-1]} want {each.group} in the same minute"
    wait = f"; one waits up to {span(each.longest)}" if each.longest >= 1 else "; nobody waits a second"
    return f"{who}, {count(len(each.at), 'time')}{wait}"
