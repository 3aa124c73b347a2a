"""Which service should start at another minute of its period, so that less waiting follows.

A guess by the minutes of the hour in which others are busy names the candidates; each suggestion is
then proved by playing the whole day through again, alone, with everything else as it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil

from domain.forecast.simulation import Played, simulate
from domain.forecast.work import Plan, Work
from domain.time.local_day import offset_at
from domain.time.rule import Periodic

#: How many starts may be played through to prove suggestions: it bounds the time they take.
BUDGET = 8_000
#: How many other minutes of one service are tried.
TRIES = 2


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Another align for a service; `fewer_waits` and `less_waiting` (s) are of the next 24 hours."""

    service: str
    align: int
    instead_of: int
    fewer_waits: int
    less_waiting: float
    sentence: str


def suggestions(families: Sequence[tuple[list[Work], Played]], plan: Plan) -> list[Suggestion]:
    """At most one for each service, the best first; `families` with how their day goes as planned."""
    guesses = sorted(
        (-gain, number, place, align)
        for number, (works, played) in enumerate(families)
        if played.waits()
        for gain, place, align in _guesses(works, played, plan)
    )
    best: dict[str, Suggestion] = {}
    left = BUDGET
    for _, number, place, align in guesses:
        works, played = families[number]
        left -= sum(len(plan.times(work.rule)) * work.copies for work in works)
        if left < 0:
            break
        made = _proved(works, played, place, align, plan)
        if made and (made.service not in best or _better(made, best[made.service])):
            best[made.service] = made
    return sorted(best.values(), key=lambda each: (-each.fewer_waits, -each.less_waiting, each.service))


def _guesses(works: Sequence[Work], played: Played, plan: Plan) -> Iterator[tuple[int, int, int]]:
    """(how many busy minutes it avoids, place, align) of the most promising moves."""
    busy, own = _busy_minutes(played, works, plan)
    for place, work in enumerate(works):
        rule = work.rule
        if not isinstance(rule, Periodic) or rule.minutes == 1 or 60 % rule.minutes:
            continue
        met = [
            sum(
                busy[group][minute % 60] - own[place][minute % 60]
                for start in range(align, 60, rule.minutes)
                for minute in range(start, start + ceil(work.seconds / 60))
                for group in work.run_groups
            )
            for align in range(rule.minutes)
        ]
        moves = sorted((met[align], align) for align in range(rule.minutes) if met[align] < met[rule.align])
        for less, align in moves[:TRIES]:
            yield met[rule.align] - less, place, align


def _busy_minutes(
    played: Played, works: Sequence[Work], plan: Plan
) -> tuple[dict[str, Counter[int]], list[Counter[int]]]:
    """How often each minute of the local hour is taken: by group, and by service."""
    ahead = offset_at(plan.start, plan.zone)
    groups: dict[str, Counter[int]] = {group: Counter() for work in works for group in work.run_groups}
    own: list[Counter[int]] = [Counter() for _ in works]
    spans: Counter[tuple[int, int, int]] = Counter()
    for run in played.ran:
        # Where it would stand if nobody made it wait: the one to be moved may be who does.
        first = (run.planned + ahead) // 60
        last = first + ceil((run.ended - run.began) / 60)
        spans[run.place, first % 60, min(last - first, 60)] += 1
    for (place, first, length), times in spans.items():
        for minute in range(first, first + length):
            own[place][minute % 60] += times
    for place, work in enumerate(works):
        for group in work.run_groups:
            groups[group].update(own[place])
    return groups, own


def _proved(works: list[Work], played: Played, place: int, align: int, plan: Plan) -> Suggestion | None:
    work = works[place]
    assert isinstance(work.rule, Periodic)
    moved = [*works]
    moved[place] = replace(work, rule=Periodic(work.rule.minutes, align))
    after = simulate(moved, plan.starts(moved), plan.end)
    fewer, less = played.waits() - after.waits(), played.waited() - after.waited()
    # A day with fewer waits because more occurrences merge would be no better one.
    if fewer < 1 or less <= 0 or sum(after.merged.values()) > sum(played.merged.values()):
        return None
    waits = "1 wait" if fewer == 1 else f"{fewer} waits"
    sentence = f"{work.title} at align {align} instead of {work.rule.align}: {waits} fewer a day"
    return Suggestion(work.name, align, work.rule.align, fewer, less, sentence)


def _better(one: Suggestion, other: Suggestion) -> bool:
    return (one.fewer_waits, one.less_waiting) > (other.fewer_waits, other.less_waiting)
