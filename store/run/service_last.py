"""What a service's row says of its last run: start, end, result, and how often it failed since a success."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

from store.tx import FLOAT, Statement, Tx

#: Rows of several services are locked in the order of their names, as by all who change services.
_UPDATE = """
    WITH new (name, run_id, began, ended, outcome, duration, success, failure, failures) AS ({rows}),
         locked AS (SELECT s.name, new.run_id, new.began, new.ended, new.outcome, new.duration, new.success,
                           new.failure, new.failures
                    FROM new JOIN service s ON s.name = new.name ORDER BY s.name{for_update})
    UPDATE service SET last_run_id = new.run_id, last_start_at = new.began, last_end_at = new.ended,
        last_outcome = new.outcome, last_duration = new.duration,
        last_success_at = COALESCE(new.success, last_success_at),
        last_failure_at = COALESCE(new.failure, last_failure_at),
        consecutive_failures = new.failures
            + CASE WHEN new.success IS NULL THEN consecutive_failures ELSE 0 END
    FROM locked new WHERE service.name = new.name"""
_TYPES = ("text", "bigint", FLOAT, FLOAT, "text", FLOAT, FLOAT, FLOAT, "integer")


@dataclass(frozen=True, slots=True)
class Final:
    """A run that has ended for good: its state, what the service said, and when, in epoch seconds."""

    service: str
    run_id: int
    state: str
    outcome: str | None
    started_at: float
    ended_at: float


def of_all(tx: Tx, finals: Sequence[Final]) -> Statement:
    """What says so of all their services, of which there must be some."""
    ordered = sorted(finals, key=attrgetter("service", "ended_at"))
    new = [_of_one(list(each)) for _, each in groupby(ordered, key=attrgetter("service"))]
    rows, values = tx.table(_TYPES, new)
    return _UPDATE.format(rows=rows, for_update=tx.for_update("s")), values


def _of_one(finals: Sequence[Final]) -> tuple[Any, ...]:
    """The row of a service; its failures are those since the last success among these."""
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
        *(last.service, last.run_id, last.started_at, last.ended_at, shown),
        *(max(0.0, last.ended_at - last.started_at), success, failure, failures),
    )
