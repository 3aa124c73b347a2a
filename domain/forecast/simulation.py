"""A day of run groups played through: nobody starts before all groups of his are free.

Who waits starts by planned time, then by priority; one who finds his groups free may go before an
earlier one who still waits for another group. Of a service (and copy) only one waits; later ones merge.
The real coordinator also weighs age and reservations, which order the line and change its length little.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf
from typing import NamedTuple

from domain.forecast.work import Start, Work


class Ran(NamedTuple):
    """One run of the work at `place`; times in UTC epoch seconds."""

    place: int
    copy: int
    planned: int
    began: float
    ended: float


@dataclass(slots=True)
class Played:
    """What came of a day."""

    ran: list[Ran] = field(default_factory=list)
    merged: dict[int, int] = field(default_factory=dict)  # place -> how many planned times

    def waits(self) -> int:
        """How many runs had to wait."""
        return sum(run.began > run.planned for run in self.ran)

    def waited(self) -> float:
        """How long they waited together, in s."""
        return sum(run.began - run.planned for run in self.ran)


class _Line:
    """Those who wait, and until when each group is taken."""

    def __init__(self, works: Sequence[Work]) -> None:
        self.groups = [work.run_groups for work in works]
        self.seconds = [work.seconds for work in works]
        self.taken = {group: -inf for work in works for group in work.run_groups}
        self.waiting: list[Start] = []
        self.units: set[tuple[int, int]] = set()
        self.next = inf  # when the first of them can start
        self.played = Played()

    def arrive(self, start: Start) -> None:
        at, _, place, copy = start
        if self.next <= at:
            self.go_on(at)
        if (place, copy) in self.units:
            self.played.merged[place] = self.played.merged.get(place, 0) + 1
            return
        ready = self._ready(start)
        if ready <= at:
            self._begin(start, at)
            return
        self.waiting.append(start)
        self.units.add((place, copy))
        self.next = min(self.next, ready)

    def go_on(self, until: float) -> None:
        """Let those start who can until then, each as soon as it can."""
        while self.waiting:
            readys = list(map(self._ready, self.waiting))
            self.next = min(readys)
            if self.next > until:
                return
            start = self.waiting.pop(readys.index(self.next))
            self.units.discard(start[2:])
            self._begin(start, self.next)
        self.next = inf

    def _ready(self, start: Start) -> float:
        groups = self.groups[start[2]]
        if len(groups) == 1:
            return self.taken[groups[0]]
        return max([self.taken[group] for group in groups])

    def _begin(self, start: Start, at: float) -> None:
        planned, _, place, copy = start
        ended = at + self.seconds[place]
        for group in self.groups[place]:
            self.taken[group] = ended
        self.played.ran.append(Ran(place, copy, planned, at, ended))


def simulate(works: Sequence[Work], starts: Sequence[Start], end: float) -> Played:
    """Play `starts` through until `end`; every work has a group."""
    line = _Line(works)
    for start in starts:
        line.arrive(start)
    line.go_on(end)
    return line.played


def families(works: Sequence[Work]) -> list[list[Work]]:
    """The works with groups, those together that can make each other wait, in the order given."""
    family: dict[str, list[Work]] = {}
    for work in works:
        if not work.run_groups:
            continue
        joined: list[Work] = []
        known = {id(family[group]): family[group] for group in work.run_groups if group in family}
        for met in known.values():
            joined += met
        joined.append(work)
        for group in {group for each in joined for group in each.run_groups}:
            family[group] = joined
    order = {work.name: place for place, work in enumerate(works)}
    found = {id(each): sorted(each, key=lambda work: order[work.name]) for each in family.values()}
    return sorted(found.values(), key=lambda each: order[each[0].name])
