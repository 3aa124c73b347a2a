"""What a service's row says of its last run: start, end, result, and how often it failed since a success."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from store.tx import Statement

_UPDATE = """
    UPDATE service SET last_run_id = ?, last_start_at = ?, last_end_at = ?, last_outcome = ?,
        last_duration = ?,
        last_success_at = COALESCE(?, last_success_at),
        last_failure_at = COALESCE(?, last_failure_at),
        consecutive_failures = CASE WHEN ? THEN 0 ELSE consecutive_failures END + ?
    WHERE name = ?"""


@dataclass(frozen=True, slots=True)
class Final:
    """A run that has ended for good: its state, what the service said, and when, in epoch seconds."""

    service: str
    run_id: int
    state: str
    outcome: str | None
    started_at: float
    ended_at: float


def of_all(finals: Sequence[Final]) -> list[Statement]:
    """One statement a service, in the order of their names: all who change services lock them so."""
    ordered = sorted(finals, key=attrgetter("service", "ended_at"))
    return [_of_one(list(each)) for _, each in groupby(ordered, key=attrgetter("service"))]


def _of_one(finals: Sequence[Final]) -> Statement:
    success = failure = None
    failures = 0
    for final in finals:
        if final.state == "succeeded":
            success, failures = final.ended_at, 0
        elif final.state in ("failed", "lost"):
            failure, failures = final.ended_at, failures + 1
    last = finals[-1]
    shown = last.outcome if last.state == "succeeded" and last.outcome else last.state
    return (
        _UPDATE,
        (
            *(last.run_id, last.started_at, last.ended_at, shown, max(0.0, last.ended_at - last.started_at)),
            *(success, failure, success is not None, failures, last.service),
        ),
    )
