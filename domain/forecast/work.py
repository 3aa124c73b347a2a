"""What the forecast knows of a service, and when it is planned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from domain.time.planned import planned_times
from domain.time.rule import Rule

DAY = 86_400

#: What a service without a history is taken to need, in s.
UNKNOWN = 1.0

#: (planned at, priority, place of the service among the works, copy): sorted, they start in this order.
Start = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Work:
    """One service. `usual` and `slow` are its median and its 95th percentile, in s; None: no history.

    `copies`: on how many nodes each of its occurrences runs (an `each` service); 0 where nobody can.
    """

    name: str
    title: str
    rule: Rule
    run_groups: tuple[str, ...] = ()
    priority: int = 5
    parallel: int = 1
    copies: int = 1
    usual: float | None = None
    slow: float | None = None
    enabled: bool = True

    @property
    def seconds(self) -> float:
        """What one run is reckoned with."""
        return UNKNOWN if self.usual is None else self.usual

    @property
    def counts(self) -> bool:
        """False for what never holds a group: disabled, or without a node."""
        return self.enabled and self.copies > 0


class Plan:
    """The planned times of one day, each rule's reckoned once."""

    def __init__(self, now: float, zone: ZoneInfo) -> None:
        self.start = int(now)
        self.end = self.start + DAY
        self.zone = zone
        self._known: dict[Rule, list[int]] = {}

    def times(self, rule: Rule) -> list[int]:
        """UTC epoch seconds in [start, end), in order."""
        if rule not in self._known:
            planned = planned_times(rule, self.start - 1, self.end - 1, self.zone)
            self._known[rule] = [each.at for each in planned]
        return self._known[rule]

    def starts(self, works: Sequence[Work]) -> list[Start]:
        """When these want to start: by time, then by priority (0 is first)."""
        return sorted(
            (at, work.priority, place, copy)
            for place, work in enumerate(works)
            for copy in range(work.copies)
            for at in self.times(work.rule)
        )
