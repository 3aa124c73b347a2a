"""The fact log: what really ran, noted by the work itself, the same for Tickworks and all peers.

Each job appends one line of `LINE` bytes: S (start), E (end) or N (no-op), its number, CLOCK_MONOTONIC
in ns, the pid. That clock is the same in all processes of a machine. `bench/peers/programs/facts.py`
writes it; that file needs nothing but the standard library.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from bench.workload import Values

LINE = 64
#: So many no-ops go first, with negative numbers, so that everybody is warm.
WARM = 16


@dataclass(frozen=True)
class Fact:
    """`at` in ns of CLOCK_MONOTONIC."""

    kind: str
    number: int
    at: int
    pid: int


class FactLog:
    """One file of facts."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.touch()

    def count(self) -> int:
        return self.path.stat().st_size // LINE

    def wait(self, count: int, seconds: float, step: float = 0.002) -> bool:
        """Wait until there are so many; False if there are not after so many seconds."""
        deadline = time.monotonic() + seconds
        while self.count() < count:
            if time.monotonic() > deadline:
                return False
            time.sleep(step)
        return True

    def read(self) -> list[Fact]:
        """All of them but the warm-up's, by time."""
        words = (line.split() for line in self.path.read_text().splitlines())
        facts = [Fact(kind, int(number), int(at), int(pid)) for kind, number, at, pid in words]
        return sorted((fact for fact in facts if fact.number >= 0), key=lambda fact: fact.at)


def percentile(values: Sequence[float], share: float) -> float | None:
    """Of values in any order, the nearest rank; None of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))] if ordered else None


def exclusion(facts: Sequence[Fact], hold: float) -> Values:
    """How one holder followed the other: efficiency, gaps in ms, overlaps, how far out of order.

    `hold` is the s that each takes. Efficiency is the share of the time in which somebody worked.
    """
    started: dict[int, int] = {}
    spans, order = [], []
    for fact in facts:
        if fact.kind == "S":
            started[fact.number] = fact.at
            order.append(fact.number)
        elif fact.kind == "E" and fact.number in started:
            spans.append((started.pop(fact.number), fact.at))
    spans.sort()
    if len(spans) < 2:
        raise RuntimeError(f"{len(spans)} of the jobs in the group ran")
    gaps = [(after[0] - before[1]) / 1e6 for before, after in pairwise(spans)]
    return {
        "done": float(len(spans)),
        "efficiency": len(spans) * hold / ((spans[-1][1] - spans[0][0]) / 1e9),
        "gap_p50": percentile(gaps, 0.5),
        "gap_p99": percentile(gaps, 0.99),
        "overlaps": float(sum(gap < 0 for gap in gaps)),
        "out_of_order": float(max(abs(number - place) for place, number in enumerate(order))),
    }


def lateness(facts: Sequence[Fact], planned: float) -> list[float]:
    """ms between a planned time (epoch s) and each first start; what began long before it is left out."""
    offset = time.time_ns() - time.monotonic_ns()
    late = [(fact.at + offset) / 1e6 - planned * 1e3 for fact in facts if fact.kind in "NS"]
    return [each for each in late if each > -2000]
