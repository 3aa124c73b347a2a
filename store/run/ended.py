"""The end of an attempt, and what becomes of its run: one guarded, fenced step.

A late end, of an attempt whose fence was retired meanwhile, changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from domain.run_state import after_attempt, backoff
from store import tally
from store.tx import Statement, Tx

#: A run that is tried again when it is lost: so many times at once, then with pauses, then no more.
#: A run that kills its process each time would else take its neighbours with it for ever.
PATIENT_LOSSES = 2
MOST_LOSSES = 5
#: Error texts are for reading, not for keeping dumps.
MAX_ERROR = 4_000


@dataclass(frozen=True, slots=True)
class Ending:
    """How an attempt ended, as its worker (or whoever found it dead) tells it."""

    run_id: int
    fence: int
    attempt: int
    ended: str  # one of domain.run_state.ATTEMPT_ENDS
    at: float
    retries: int = 0
    retry_lost: bool = False
    outcome: str | None = None  # done, partial or failed, as the service said
    message: str = ""
    counts: Mapping[str, float] = field(default_factory=dict)
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """A run whose attempt has just been ended by us."""

    run_id: int
    service: str
    state: str
    groups: tuple[str, ...]


_RETURNING = (
    "RETURNING service, run_groups, trigger, node, process_id, granted_at, started_at, queued_at, apart"
)

_FINISH = f"""
    UPDATE run SET state = ?, ended_at = ?, outcome = ?, message = ?, counts = ?, error = ?
    WHERE id = ? AND fence = ? AND state = 'running' {_RETURNING}"""

_TRY_AGAIN = f"""
    UPDATE run SET state = 'queued', error = ?, not_before = ?, queued_at = COALESCE(?, queued_at)
    WHERE id = ? AND fence = ? AND state = 'running' AND cancel_at IS NULL {_RETURNING}"""

_BACK_IN_LINE = """
    UPDATE run SET fence = NULL, node = NULL, process_id = NULL, granted_at = NULL, sent_at = NULL,
                   progress_done = NULL, progress_total = NULL
    WHERE id = ? AND state = 'queued'"""

_ATTEMPT = """
    INSERT INTO attempt (run_id, n, node, process_id, fence, granted_at, started_at, ended_at, ended, error)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""

_SERVICE_LAST = """
    UPDATE service SET last_run_id = ?, last_start_at = ?, last_end_at = ?, last_outcome = ?,
        last_duration = ?,
        last_success_at = CASE WHEN ? THEN ? ELSE last_success_at END,
        last_failure_at = CASE WHEN ? THEN ? ELSE last_failure_at END,
        consecutive_failures = CASE WHEN ? THEN 0 WHEN ? THEN consecutive_failures + 1
                                    ELSE consecutive_failures END
    WHERE name = ?"""


def end(tx: Tx, ending: Ending) -> Ended | None:
    """End an attempt; None when it is not ours to end any more.

    Its groups are free afterwards. With groups, the caller holds the grant lock already.
    """
    state, row = _guarded(tx, ending)
    if row is None:
        return None
    service, groups, trigger, node, process_id, granted_at, started_at, queued_at, apart = row
    error = (ending.error or "")[:MAX_ERROR] or None
    attempt = (ending.run_id, ending.attempt, node, process_id, ending.fence, granted_at, started_at)
    statements: list[Statement] = [(_ATTEMPT, (*attempt, ending.at, ending.ended, error))]
    if state == "queued":
        statements.append((_BACK_IN_LINE, (ending.run_id,)))
        if groups:
            statements.append(("UPDATE membership SET held = FALSE WHERE run_id = ?", (ending.run_id,)))
            statements.append(tally.raised(tally.held(groups, ending.at - (granted_at or started_at))))
    else:
        if groups:
            statements.append(("DELETE FROM membership WHERE run_id = ?", (ending.run_id,)))
        raises = _raises(ending, service, state, trigger, started_at, queued_at)
        if trigger in ("schedule", "catch_up") and not apart:
            raises.append((service, "occurrences", "ran", 1.0))
        statements.append(
            tally.raised([*raises, *tally.held(groups, ending.at - (granted_at or started_at))])
        )
        if not apart:  # a step that goes well must not hide that the service fails, nor the other way round
            statements.append(_service_last(ending, service, state, started_at))
    for sql, params in statements:
        tx.later(sql, params)
    return Ended(ending.run_id, service, state, tuple(groups.split()))


def _guarded(tx: Tx, ending: Ending) -> tuple[str, tuple[Any, ...] | None]:
    """The state the run has now, and its row if it was ours to change."""
    failures, losses = _failures(tx, ending), _losses(tx, ending)
    state = after_attempt(
        ending.ended,
        tries_left=failures <= ending.retries,
        retry_lost=ending.retry_lost and losses <= MOST_LOSSES,
    )
    error = (ending.error or "")[:MAX_ERROR] or None
    if state == "queued":
        steps = failures or max(0, losses - PATIENT_LOSSES)
        later = ending.at + backoff(steps) if steps else None
        row = tx.one(_TRY_AGAIN, (error, later, later, ending.run_id, ending.fence))
        if row is not None:
            return state, row
        state = "cancelled"  # a cancel came first, or it is not ours: the next guard tells
    counts = json.dumps(dict(ending.counts)) if ending.counts else None
    values = (state, ending.at, ending.outcome, ending.message or None, counts, error)
    return state, tx.one(_FINISH, (*values, ending.run_id, ending.fence))


def _failures(tx: Tx, ending: Ending) -> int:
    """How many attempts have failed with this one; 0 if it did not. Drained and lost ones cost no try."""
    if ending.ended not in ("failed", "timeout"):
        return 0
    if ending.attempt == 1 or not ending.retries:
        return 1
    sql = "SELECT COUNT(*) FROM attempt WHERE run_id = ? AND ended IN ('failed', 'timeout')"
    return int(tx.value(sql, (ending.run_id,))) + 1


def _losses(tx: Tx, ending: Ending) -> int:
    """How many attempts were lost with this one; 0 if it was not, or is not to be tried again."""
    if ending.ended != "lost" or not ending.retry_lost:
        return 0
    if ending.attempt == 1:
        return 1
    sql = "SELECT COUNT(*) FROM attempt WHERE run_id = ? AND ended = 'lost'"
    return int(tx.value(sql, (ending.run_id,))) + 1


def _raises(
    ending: Ending, service: str, state: str, trigger: str, started_at: float, queued_at: float
) -> list[tally.Raise]:
    raises = tally.observed(service, "run_duration", ending.at - started_at, tally.DURATION_BUCKETS)
    raises += tally.observed(service, "run_queue_time", started_at - queued_at, tally.QUEUE_BUCKETS)
    raises.append((service, "runs", f"{state}|{trigger}", 1.0))
    return raises


def _service_last(ending: Ending, service: str, state: str, started_at: float) -> Statement:
    good = state == "succeeded"
    bad = state in ("failed", "lost")
    shown = ending.outcome if good and ending.outcome else state
    return (
        _SERVICE_LAST,
        (
            *(ending.run_id, started_at, ending.at, shown, max(0.0, ending.at - started_at)),
            *(good, ending.at, bad, ending.at, good, bad, service),
        ),
    )
