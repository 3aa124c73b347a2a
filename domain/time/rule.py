"""When a service is planned to run: the four kinds of schedule.

Making a bad rule never raises: `problems()` lists all that is wrong with it at once.
Every rule without problems fires again and again: each day of month, `last` too, meets
each weekday within a few years, so no pair of them is refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from domain.time.problems import (
    day_problems,
    period_problems,
    time_problems,
    weekday_problems,
    zone_problems,
)


@dataclass(frozen=True)
class Daemon:
    """Always on; it has no planned times."""

    kind: ClassVar[str] = "daemon"

    def problems(self) -> list[str]:
        """What is wrong with this rule, in words; empty when nothing is."""
        return []


@dataclass(frozen=True)
class OnDemand:
    """Runs only when somebody asks; it has no planned times."""

    kind: ClassVar[str] = "on_demand"

    def problems(self) -> list[str]:
        """What is wrong with this rule, in words; empty when nothing is."""
        return []


@dataclass(frozen=True)
class Periodic:
    """Every `minutes` (1..60), `align` minutes after the full hour or day (0..minutes-1)."""

    minutes: int
    align: int = 0
    kind: ClassVar[str] = "periodic"

    def problems(self) -> list[str]:
        """What is wrong with this rule, in words; empty when nothing is."""
        return period_problems(self.minutes, self.align)


@dataclass(frozen=True)
class FixedTime:
    """At the given wall-clock times ("HH:MM"), in `zone` (None: the system's).

    Optionally only on `weekdays` ("mon".."sun") and on `days` of the month (1..31 or "last");
    with both, a date must be one of each. Lists and single values become tuples, words lower
    case, and days given as digits numbers.
    """

    times: tuple[str, ...]
    zone: str | None = None
    weekdays: tuple[str, ...] = ()
    days: tuple[int | str, ...] = ()
    kind: ClassVar[str] = "fixed_time"

    def __post_init__(self) -> None:
        for name in ("times", "weekdays", "days"):
            object.__setattr__(self, name, _as_tuple(getattr(self, name)))
        object.__setattr__(self, "weekdays", tuple(map(_lower, self.weekdays)))
        object.__setattr__(self, "days", tuple(map(_as_day, self.days)))

    def problems(self) -> list[str]:
        """What is wrong with this rule, in words; empty when nothing is."""
        return [
            *time_problems(self.times),
            *zone_problems(self.zone),
            *weekday_problems(self.weekdays),
            *day_problems(self.days),
        ]


Rule = Daemon | OnDemand | Periodic | FixedTime


def _as_tuple(value: object) -> tuple[object, ...]:
    if value is None:
        return ()
    # A lone text is the forgotten comma of ("05:30"), not five letters.
    if isinstance(value, str) or not isinstance(value, Iterable):
        return (value,)
    return tuple(value)


def _lower(word: object) -> object:
    return word.strip().lower() if isinstance(word, str) else word


def _as_day(day: object) -> object:
    word = _lower(day)
    return int(word) if isinstance(word, str) and word.isascii() and word.isdigit() else word
