"""The planned times of a rule: whole minutes in UTC epoch seconds (design: rules of time).

Periods that divide 60 go by the local minute: every real minute once, both hours of a fold.
Other periods count real minutes from the first instant of the local date. A fixed time in a
gap runs at the first minute after it, one in a fold the first time; a date that the month or
the zone lacks is not planned. A rule with problems raises ValueError.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from domain.time.local_day import DAY, MINUTE, calendar_date, days_around, instant, stretches
from domain.time.reading import FixedReading, check, read_fixed
from domain.time.rule import FixedTime, Periodic, Rule


class Planned(NamedTuple):
    """One planned time; `times` are the local "HH:MM" of a fixed-time rule that meet at this instant."""

    at: int
    times: tuple[str, ...] = ()


def planned_times(rule: Rule, after: int, until: int, zone: ZoneInfo) -> list[Planned]:
    """All planned times in (after, until], in order; `zone` is the system's."""
    check(rule)
    if until <= after:
        return []
    if isinstance(rule, Periodic):
        return _periodic_times(rule, after, until, zone)
    if isinstance(rule, FixedTime):
        reading = read_fixed(rule)
        return _fixed_times(reading, after, until, reading.zone or zone)
    return []


def _periodic_times(rule: Periodic, after: int, until: int, zone: ZoneInfo) -> list[Planned]:
    step, align = rule.minutes * MINUTE, rule.align * MINUTE
    by_wall_clock = 60 % rule.minutes == 0
    found: list[int] = []
    for day in days_around(after, until, zone):
        shown = stretches(zone, day)
        for start, end, offset in shown:
            low, high = max(start, after + 1), min(end, until + 1)
            if low < high:
                origin = align - offset if by_wall_clock else shown[0].start + align
                found += range(low + (origin - low) % step, high, step)
    # Dates that alternate around a clock set back past midnight come in turns.
    return [Planned(at) for at in sorted(found)]


def _fixed_times(reading: FixedReading, after: int, until: int, zone: ZoneInfo) -> list[Planned]:
    found: dict[int, list[str]] = {}
    for day in days_around(after, until, zone):
        if not reading.takes(calendar_date(day)):
            continue
        shown = stretches(zone, day)
        if not shown or shown[-1].end <= after or until < shown[0].start:
            continue
        for wall, text in reading.times:
            at = instant(shown, wall)
            if after < at <= until:
                found.setdefault(at, []).append(text)
    return [Planned(at, tuple(texts)) for at, texts in sorted(found.items())]


def next_times(rule: Rule, after: int, count: int, zone: ZoneInfo) -> list[Planned]:
    """The first `count` planned times after `after`; none for a daemon or an on-demand service."""
    expected = interval(rule)
    found: list[Planned] = []
    if expected is None or count < 1:
        return found
    span = int(expected) * count
    while len(found) < count:
        found += planned_times(rule, after, after + span, zone)
        after += span
    return found[:count]


@lru_cache(maxsize=1024)
def interval(rule: Rule) -> float | None:
    """Seconds to expect between two starts: the period, or the longest pause between fixed times.

    The longest, so that an alarm on a late service stays quiet over a weekend it does not work.
    None for a daemon and an on-demand service.
    """
    check(rule)
    if isinstance(rule, Periodic):
        return float(rule.minutes * MINUTE)
    if isinstance(rule, FixedTime):
        return float(_longest_pause(read_fixed(rule)))
    return None


def _longest_pause(reading: FixedReading) -> int:
    # Days of month come back to the same weekdays after 28 years, weekdays after one week.
    span = 28 * 366 if reading.days or reading.last else 2 * 7
    days = [day for day in range(span) if reading.takes(calendar_date(day))]
    first, last = reading.times[0][0], reading.times[-1][0]
    within = max((late[0] - early[0] for early, late in pairwise(reading.times)), default=0)
    return max(within, max(later - day for day, later in pairwise(days)) * DAY + first - last)
