"""Which jobs are claimed next: the heads of lanes, by priority, within the limits.

A lane is what one organisation has to be done in one back end, first in, first out. Its head is
its oldest job that may be carried out now; a lane at work has none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Head:
    """The head of a lane. `priority`: its own, or None for its kind's."""

    id: int
    kind: str
    priority: int | None = None


@dataclass(frozen=True)
class KindLimits:
    """How a kind competes: priority 0 (first) to 10, and how many of it may run at once."""

    priority: int
    parallel: int


@dataclass(frozen=True)
class Limits:
    """What is in force now: overall and for each kind; `automatic` off: only what is run by hand."""

    at_once: int
    kinds: Mapping[str, KindLimits]
    automatic: bool = True
    not_automatic: frozenset[str] = field(default_factory=frozenset)


def choose(heads: Iterable[Head], running: Mapping[str, int], limits: Limits, most: int) -> list[int]:
    """The ids of at most `most` heads to claim, in order; `running`: how many of each kind run now.

    A kind that has no limits here is not ours to claim. Between lanes the better priority goes
    first, then the older job.
    """
    counts = Counter(running)
    room = min(most, limits.at_once - sum(counts.values()))
    chosen: list[int] = []
    for head in sorted(heads, key=lambda head: _order(head, limits)):
        if len(chosen) >= room:
            break
        own = limits.kinds.get(head.kind)
        if own is not None and counts[head.kind] < own.parallel:
            counts[head.kind] += 1
            chosen.append(head.id)
    return chosen


def _order(head: Head, limits: Limits) -> tuple[int, int]:
    kind = limits.kinds.get(head.kind)
    priority = head.priority if head.priority is not None else kind.priority if kind else 10
    return priority, head.id
