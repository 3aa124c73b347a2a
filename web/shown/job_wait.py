"""Why a job is not at work, in one true sentence: in the order in which the claim looks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from actors.job_kind import JobKind
from domain.jobs.lanes import Limits
from domain.jobs.states import HELD_REASONS, WAITING
from domain.time.spoken import span


@dataclass(frozen=True)
class Queue:
    """What all sentences of one moment need; `states` of the jobs that stand before others."""

    now: float
    limits: Limits
    kinds: Mapping[str, JobKind]
    counts: Mapping[tuple[str, str], int]
    states: Mapping[int, str] = field(default_factory=dict)

    @property
    def running(self) -> int:
        """How many run on the whole site."""
        return sum(count for (_, state), count in self.counts.items() if state == "running")


def sentence_of(row: Mapping[str, Any], queue: Queue) -> str | None:
    """The sentence of a job that waits or is held; None for any other."""
    if row["state"] == "held":
        return f"held: {HELD_REASONS.get(row['held_reason'], row['held_reason'])}"
    if row["state"] not in WAITING:
        return None
    return _switched_off(row, queue) or _stands_before(row, queue) or _limited(row, queue)


def _switched_off(row: Mapping[str, Any], queue: Queue) -> str | None:
    if row["forced"]:
        return None
    if not queue.limits.automatic:
        return f"jobs are not processed automatically now: `jobs run {row['id']}` runs it"
    if row["kind"] in queue.limits.not_automatic:
        return f"its kind is not processed automatically: `jobs run {row['id']}` runs it"
    return None


def _stands_before(row: Mapping[str, Any], queue: Queue) -> str | None:
    if row["object_job"] is not None:
        before = row["object_job"]
        return f"waits for job {before} of the same object, which is {queue.states.get(before, 'open')}"
    if row["not_before"] is not None and row["not_before"] > queue.now:
        what = "looked up" if row["unsure"] else "tried again"
        return f"is {what} in {span(row['not_before'] - queue.now)}"
    if row["lane_job"] is not None:
        return f"waits for job {row['lane_job']} of its lane, which is running"
    if row["ahead_job"] is not None:
        return f"waits for job {row['ahead_job']} of its lane, which is before it"
    return None


def _limited(row: Mapping[str, Any], queue: Queue) -> str:
    kind = queue.kinds.get(row["kind"])
    if kind is None:
        return "nothing here carries out its kind: switch its profile on"
    own = queue.limits.kinds[row["kind"]]
    if queue.counts.get((row["kind"], "running"), 0) >= own.parallel:
        return f"{own.parallel} of its kind run already, the most at once"
    if queue.running >= queue.limits.at_once:
        return f"{queue.running} jobs run already, the most at once"
    return f"starts with the next run of {kind.service}"
