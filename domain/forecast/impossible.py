"""Schedules that cannot be kept: more work than a day has room for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from domain.forecast.work import DAY, Plan, Work
from domain.time.rule import Periodic
from domain.time.text import describe


@dataclass(frozen=True, slots=True)
class Impossible:
    """A group or a service (its name), and what is wrong in one sentence."""

    kind: Literal["group", "service"]
    name: str
    sentence: str


def overrun(work: Work, plan: Plan) -> Impossible | None:
    """A service that usually takes longer than the time to its next start: occurrences merge."""
    if work.usual is None or not work.counts:
        return None
    least = _least_pause(work, plan)
    if least is None or work.usual <= least * work.parallel:
        return None
    at_once = f", {work.parallel} at once" if work.parallel > 1 else ""
    return Impossible(
        "service",
        work.name,
        f"{work.title} usually takes {span(work.usual)} and is planned {describe(work.rule)}{at_once}:"
        " occurrences merge",
    )


def overload(group: str, works: Sequence[Work], plan: Plan) -> tuple[float, Impossible | None]:
    """The share of the day that is asked of a group (1.0: all of it), and the complaint above that."""
    shares = sorted(
        ((_asked(work, plan), work.title) for work in works if group in work.run_groups), reverse=True
    )
    asked = sum(share for share, _ in shares)
    if asked <= 1:
        return asked, None
    most = ", ".join(f"{title} {share:.0%}" for share, title in shares[:3])
    return asked, Impossible("group", group, f"run group {group} is asked for {asked:.0%} of the day: {most}")


def span(seconds: float) -> str:
    """A span in the unit that suits it: "45 s", "12.5 min", "2 h"."""
    for unit, size in (("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{seconds / size:.1f}".removesuffix(".0") + f" {unit}"
    return f"{seconds:.1f}".removesuffix(".0") + " s"


def _asked(work: Work, plan: Plan) -> float:
    return len(plan.times(work.rule)) * work.copies * work.seconds / DAY


def _least_pause(work: Work, plan: Plan) -> float | None:
    if isinstance(work.rule, Periodic):
        return work.rule.minutes * 60.0
    return min((later - early for early, later in pairwise(plan.times(work.rule))), default=None)
