"""The span of time a report is over, in words: ``24h``, ``yesterday``, ``last_month``.

Spans count back real time; days, weeks and months are those of the local calendar, so that a day
on which the clocks change is 23 or 25 hours long. A week begins on Monday.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from config.problems import closest, did_you_mean
from domain.time.local_day import calendar_date, day_of, stretches

CALENDAR = ("today", "yesterday", "this_week", "last_week", "this_month", "last_month")
#: The longest span, in s: beyond it nothing is kept.
LONGEST = 400 * 86_400

_SPAN = re.compile(r"([1-9][0-9]{0,5})(m|h|d)")
_UNITS = {"m": 60, "h": 3600, "d": 86_400}
_EPOCH = date(1970, 1, 1)


class Span(NamedTuple):
    """From `since` up to, and without, `until`; UTC epoch seconds."""

    since: int
    until: int


def period_problems(period: object) -> list[str]:
    """What is wrong with the words of a period; empty when nothing is."""
    expected = f"expected a span such as 90m, 24h or 7d, or one of {', '.join(CALENDAR)}"
    if not isinstance(period, str):
        return [f"period: {expected}, got {period!r}"]
    if match := _SPAN.fullmatch(period):
        if int(match[1]) * _UNITS[match[2]] > LONGEST:
            return [f"period: at most {LONGEST // 86_400}d, got {period}"]
        return []
    if period in CALENDAR:
        return []
    meant = closest(period.strip().replace(" ", "_"), CALENDAR)
    return [f"period: {expected}, got {period!r}{did_you_mean(meant)}"]


def span(period: str, at: int, zone: ZoneInfo) -> Span:
    """The span that these words mean at the instant `at`. Raises ValueError for words with problems."""
    if problems := period_problems(period):
        raise ValueError("; ".join(problems))
    if match := _SPAN.fullmatch(period):
        return Span(at - int(match[1]) * _UNITS[match[2]], at)
    today = calendar_date(day_of(at, zone))
    first, last = _dates(period, today)
    return Span(_start(first, zone), at if last is None else _start(last, zone))


def _dates(period: str, today: date) -> tuple[date, date | None]:
    """The first date, and the first after the last one; None: up to now."""
    monday, first = today - timedelta(days=today.weekday()), today.replace(day=1)
    return {
        "today": (today, None),
        "yesterday": (today - timedelta(days=1), today),
        "this_week": (monday, None),
        "last_week": (monday - timedelta(days=7), monday),
        "this_month": (first, None),
        "last_month": ((first - timedelta(days=1)).replace(day=1), first),
    }[period]


def _start(on: date, zone: ZoneInfo) -> int:
    """The first instant of a date; of the next one where the zone leaves this date out."""
    day = (on - _EPOCH).days
    while not (shown := stretches(zone, day)):
        day += 1
    return shown[0].start
