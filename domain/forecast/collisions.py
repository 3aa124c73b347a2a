"""Which services want a run group in the same minute, and how long they wait for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from domain.forecast.simulation import Played
from domain.forecast.work import Start, Work


@dataclass(frozen=True, slots=True)
class Collision:
    """These services (by name) want the group in the same minutes.

    `at`: the minutes, in UTC epoch seconds; `waited`: what they wait then in all, `longest`: one of
    them at most, in s.
    """

    group: str
    services: tuple[str, ...]
    at: tuple[int, ...]
    waited: float
    longest: float


def collisions(works: Sequence[Work], starts: Sequence[Start], played: Played) -> list[Collision]:
    """Those of one family, the longest waiting first; two copies of a service collide as well."""
    waits = {(run.place, run.copy, run.planned): run.began - run.planned for run in played.ran}
    found: dict[tuple[str, tuple[int, ...]], list[tuple[int, float, float]]] = {}
    for at, several in groupby(starts, key=itemgetter(0)):
        together = list(several)
        if len(together) == 1:
            continue
        wanting: dict[str, list[tuple[int, int]]] = {}
        for _, _, place, copy in together:
            for group in works[place].run_groups:
                wanting.setdefault(group, []).append((place, copy))
        for group, units in wanting.items():
            if len(units) > 1:
                waited = [waits.get((*unit, at), 0.0) for unit in units]
                places = tuple(sorted({place for place, _ in units}))
                found.setdefault((group, places), []).append((at, sum(waited), max(waited)))
    made = [
        Collision(
            group,
            tuple(works[place].name for place in places),
            tuple(at for at, _, _ in each),
            sum(waited for _, waited, _ in each),
            max(longest for _, _, longest in each),
        )
        for (group, places), each in found.items()
    ]
    return sorted(made, key=lambda each: (-each.waited, each.group, each.services))
