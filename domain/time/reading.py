"""A rule as the calendar needs it: checked once, its words turned into numbers."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from domain.time.local_day import HOUR, MINUTE
from domain.time.problems import LAST, WEEKDAYS
from domain.time.rule import FixedTime, Rule


class FixedReading(NamedTuple):
    """The times of a fixed-time rule as (seconds since 00:00, "HH:MM") in order, and its dates."""

    times: tuple[tuple[int, str], ...]
    zone: ZoneInfo | None
    weekdays: frozenset[int]
    days: frozenset[int]
    last: bool

    def takes(self, on: date) -> bool:
        """Whether the rule plans its times on this date."""
        if self.weekdays and on.weekday() not in self.weekdays:
            return False
        if on.day in self.days or not (self.days or self.last):
            return True
        return self.last and on.day == monthrange(on.year, on.month)[1]


@lru_cache(maxsize=1024)
def read_fixed(rule: FixedTime) -> FixedReading:
    """The rule as numbers; ValueError when it has problems."""
    check(rule)
    times = sorted((int(text[:2]) * HOUR + int(text[3:]) * MINUTE, text) for text in rule.times)
    return FixedReading(
        times=tuple(times),
        zone=ZoneInfo(rule.zone) if rule.zone else None,
        weekdays=frozenset(map(WEEKDAYS.index, rule.weekdays)),
        days=frozenset(day for day in rule.days if isinstance(day, int)),
        last=LAST in rule.days,
    )


@lru_cache(maxsize=1024)
def check(rule: Rule) -> None:
    """ValueError that names every problem of the rule."""
    if problems := rule.problems():
        raise ValueError("schedule: " + "; ".join(problems))
