"""The rules of time by brute force: walk every real minute, read the local clock, decide.

Knows nothing of offsets, stretches or folds; each answer follows from what a wall clock shows
from one minute to the next.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo


class Walk(NamedTuple):
    """What the clock of a zone shows, minute by minute, over some whole days around a change.

    `first` is each date's first minute, `shown_at` the first minute that shows a local time, and
    `jumps` are the gaps: the last local minute before, the first after, and when that is.
    """

    zone: ZoneInfo
    minutes: list[int]
    local: list[datetime]
    first: dict[date, int]
    shown_at: dict[datetime, int]
    jumps: list[tuple[datetime, datetime, int]]
    after: int
    until: int


def walk(zone_name: str, day: str, days: int = 1) -> Walk:
    """Every real minute from some days before `day` (UTC) to some days after.

    `after` and `until` bound the part to compare (`days` on both sides); the margin around it
    makes every date in that part complete.
    """
    zone = ZoneInfo(zone_name)
    middle = datetime.fromisoformat(day).replace(tzinfo=UTC)
    start, end = middle - timedelta(days=days + 3), middle + timedelta(days=days + 4)
    minutes = list(range(int(start.timestamp()), int(end.timestamp()), 60))
    local = [
        datetime.fromtimestamp(minute, UTC).astimezone(zone).replace(tzinfo=None, fold=0, second=0)
        for minute in minutes
    ]
    first: dict[date, int] = {}
    shown_at: dict[datetime, int] = {}
    jumps = []
    for place, (minute, shown) in enumerate(zip(minutes, local, strict=True)):
        first.setdefault(shown.date(), minute)
        shown_at.setdefault(shown, minute)
        if place and shown - local[place - 1] > timedelta(minutes=1):
            jumps.append((local[place - 1], shown, minute))
    after = int((middle - timedelta(days=days)).timestamp())
    until = int((middle + timedelta(days=days + 1)).timestamp())
    return Walk(zone, minutes, local, first, shown_at, jumps, after, until)


def periodic_by_align(walked: Walk, period: int) -> dict[int, list[int]]:
    """The planned minutes of each align 0..period-1, in the part to compare."""
    found: dict[int, list[int]] = {align: [] for align in range(period)}
    begin, end = bisect_left(walked.minutes, walked.after + 1), bisect_left(walked.minutes, walked.until + 1)
    for minute, shown in zip(walked.minutes[begin:end], walked.local[begin:end], strict=True):
        if 60 % period == 0:
            place = shown.minute % period
        else:
            place = (minute - walked.first[shown.date()]) // 60 % period
        found[place].append(minute)
    return found


def fixed(walked: Walk, times: Iterable[str], dates: set[date] | None = None) -> dict[int, list[str]]:
    """The instants of fixed times in the part to compare: {instant: the "HH:MM" that meet there}."""
    found: dict[int, list[str]] = {}
    for on in sorted(walked.first):
        if dates is not None and on not in dates:
            continue
        for time in sorted(times):
            wanted = datetime.fromisoformat(f"{on} {time}")
            at = walked.shown_at.get(wanted)
            if at is None:
                at = next((minute for before, after, minute in walked.jumps if before < wanted < after), None)
            if at is not None and walked.after < at <= walked.until:
                found.setdefault(at, []).append(time)
    return dict(sorted(found.items()))
