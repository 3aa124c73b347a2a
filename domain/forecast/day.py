"""The forecast: the next 24 hours of every run group, what collides, and what to change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from zoneinfo import ZoneInfo

from domain.forecast.collisions import Collision, collisions
from domain.forecast.impossible import Impossible, overload, overrun
from domain.forecast.simulation import Played, Ran, families, simulate
from domain.forecast.suggest import Suggestion, suggestions
from domain.forecast.work import DAY, Plan, Work


class Busy(NamedTuple):
    """A service (by name) has the group from `start` to `end`, UTC epoch seconds."""

    start: float
    end: float
    service: str


class Span(NamedTuple):
    """The same for several (by name, the most frequent first) with hardly a pause between them."""

    start: float
    end: float
    services: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GroupDay:
    """One group: its services by name and when they have it, in order.

    `load` is the share of the day in which it is taken (0..1); `asked` the share that is asked of it,
    which may be more; `waits` how many runs wait for their groups, `waited` how long together, in s.
    """

    name: str
    services: tuple[str, ...]
    load: float
    asked: float
    busy: tuple[Busy, ...]
    waits: int
    waited: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """From `start` to `end`, UTC epoch seconds.

    `assumed`: the services that are reckoned with `UNKNOWN` seconds, for want of a history.
    """

    start: int
    end: int
    groups: tuple[GroupDay, ...]
    collisions: tuple[Collision, ...]
    impossible: tuple[Impossible, ...]
    suggestions: tuple[Suggestion, ...]
    assumed: tuple[str, ...]


def forecast(works: Sequence[Work], zone: ZoneInfo, now: float) -> Forecast:
    """The 24 hours after `now`, as if nothing waited or ran at this moment.

    `zone` is the system's. Raises ValueError for a rule with problems.
    """
    plan = Plan(now, zone)
    counted = [work for work in works if work.counts]
    groups: list[GroupDay] = []
    met: list[Collision] = []
    wrong = [each for each in (overrun(work, plan) for work in counted) if each]
    days: list[tuple[list[Work], Played]] = []
    for family in families(counted):
        starts = plan.starts(family)
        played = simulate(family, starts, plan.end)
        days.append((family, played))
        met += collisions(family, starts, played)
        for name in sorted({group for work in family for group in work.run_groups}):
            asked, complaint = overload(name, family, plan)
            wrong += [complaint] if complaint else []
            groups.append(_group(name, family, played, asked, plan.end))
    return Forecast(
        start=plan.start,
        end=plan.end,
        groups=tuple(sorted(groups, key=lambda group: group.name)),
        collisions=tuple(sorted(met, key=lambda each: (-each.waited, each.group, each.services))),
        impossible=tuple(sorted(wrong, key=lambda each: (each.kind, each.name))),
        suggestions=tuple(suggestions(days, plan)),
        assumed=tuple(work.name for work in counted if work.run_groups and work.usual is None),
    )


def spans(busy: Sequence[Busy], gap: float) -> Iterator[Span]:
    """The same with pauses of less than `gap` s taken for none, in order."""
    found: list[Busy] = []
    end = 0.0
    for each in sorted(busy):
        if found and each.start - end >= gap:
            yield _span(found, end)
            found = []
        end = max(each.end, end) if found else each.end
        found.append(each)
    if found:
        yield _span(found, end)


def _span(found: Sequence[Busy], end: float) -> Span:
    counts = Counter(each.service for each in found)
    return Span(found[0].start, end, tuple(name for name, _ in counts.most_common()))


def _group(name: str, family: Sequence[Work], played: Played, asked: float, end: int) -> GroupDay:
    mine = [run for run in played.ran if name in family[run.place].run_groups]
    busy = [_busy(run, family, end) for run in mine if run.began < end]
    return GroupDay(
        name=name,
        services=tuple(work.name for work in family if name in work.run_groups),
        load=min(1.0, sum(each.end - each.start for each in busy) / DAY),
        asked=asked,
        busy=tuple(busy),
        waits=sum(run.began > run.planned for run in mine),
        waited=sum(run.began - run.planned for run in mine),
    )


def _busy(run: Ran, family: Sequence[Work], end: int) -> Busy:
    return Busy(run.began, min(run.ended, float(end)), family[run.place].name)
