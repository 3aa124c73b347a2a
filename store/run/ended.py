"""The end of an attempt, and what becomes of its run: one guarded, fenced step.

A late end, of an attempt whose fence was retired meanwhile, changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from domain.run_state import after_attempt, backoff
from store import tally
from store.run import service_last
from store.tx import FLOAT, Statement, Tx, marks

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


@dataclass(frozen=True, slots=True)
class _Met:
    """An ending that was ours: the state that the run has now, and what its row had."""

    ending: Ending
    state: str
    service: str
    groups: str
    trigger: str
    node: str
    process_id: int
    granted_at: float | None
    started_at: float
    queued_at: float
    apart: bool


_MET = "service, run_groups, trigger, node, process_id, granted_at, started_at, queued_at, apart"
_RETURNING = f"RETURNING {_MET}"

_FINISH = f"""
    UPDATE run SET state = ?, ended_at = ?, outcome = ?, message = ?, counts = ?, error = ?
    WHERE id = ? AND fence = ? AND state = 'running' {_RETURNING}"""

_SUCCEED = f"""
    WITH new (id, fence, ended_at, outcome, message, counts, error) AS ({{rows}}),
         locked AS (SELECT r.id FROM run r WHERE r.id {{ids}} ORDER BY r.id{{for_update}})
    UPDATE run SET state = 'succeeded', ended_at = new.ended_at, outcome = new.outcome,
                   message = new.message, counts = new.counts, error = new.error
    FROM new JOIN locked ON locked.id = new.id
    WHERE run.id = locked.id AND run.fence = new.fence AND run.state = 'running'
    RETURNING run.fence, {_MET}"""
_SUCCEED_TYPES = ("bigint", "bigint", FLOAT, "text", "text", "text", "text")

_TRY_AGAIN = f"""
    UPDATE run SET state = 'queued', error = ?, not_before = ?, queued_at = COALESCE(?, queued_at)
    WHERE id = ? AND fence = ? AND state = 'running' AND cancel_at IS NULL {_RETURNING}"""

_BACK_IN_LINE = """
    UPDATE run SET fence = NULL, node = NULL, process_id = NULL, granted_at = NULL, sent_at = NULL,
                   progress_done = NULL, progress_total = NULL
    WHERE id = ? AND state = 'queued'"""

_ATTEMPT = """
    INSERT INTO attempt
        (run_id, n, node, process_id, fence, granted_at, started_at, ended_at, ended, error)"""
_ATTEMPT_TYPES = (
    *("bigint", "integer", "text", "bigint", "bigint"),
    *(FLOAT, FLOAT, FLOAT, "text", "text"),
)

_WAITS_AGAIN = "UPDATE membership SET held = FALSE WHERE run_id = ?"
_LEAVES = "DELETE FROM membership WHERE run_id = ?"
_HAS_LEFT = f"""
    {_LEAVES} AND NOT EXISTS (SELECT 1 FROM run WHERE run.id = membership.run_id
                              AND run.state IN ('queued', 'granted', 'running'))"""


def end(tx: Tx, ending: Ending) -> Ended | None:
    """End an attempt; None when it is not ours to end any more.

    Its groups are free afterwards. With groups, the caller holds the grant lock already.
    """
    return end_all(tx, [ending])[0]


def end_all(tx: Tx, endings: Sequence[Ending]) -> list[Ended | None]:
    """End several attempts as `end` does, each for itself, with as few statements as that takes."""
    return _all_ended(tx, endings, _guarded(tx, sorted(endings, key=lambda ending: ending.run_id)))


def succeeding(ending: Ending) -> list[Statement]:
    """What ends an attempt that has succeeded and frees its groups, for who says more with it.

    The answer of the first goes to `succeeded`.
    """
    return [_finish(ending, "succeeded"), (_HAS_LEFT, (ending.run_id,))]


def succeeded(tx: Tx, ending: Ending, rows: Sequence[tuple[Any, ...]]) -> Ended | None:
    """The rest of it; None when it was not ours to end any more."""
    if not rows:
        return None
    met = _Met(ending, "succeeded", *rows[0])
    _note(tx, [met])
    return _ended(met)


def all_succeeding(tx: Tx, endings: Sequence[Ending]) -> Statement:
    """What ends attempts without groups that have all succeeded, for who says more with it.

    The answer goes to `all_succeeded`. Raises ValueError for one that has not.
    """
    if any(each.ended != "succeeded" for each in endings):
        raise ValueError("only attempts that have succeeded end together")
    return _succeed(tx, sorted(endings, key=lambda each: each.run_id))


def all_succeeded(tx: Tx, endings: Sequence[Ending], rows: Sequence[tuple[Any, ...]]) -> list[Ended | None]:
    """The rest of it; None for one that was not ours to end any more."""
    return _all_ended(tx, endings, {fence: ("succeeded", *row) for fence, *row in rows})


def _all_ended(
    tx: Tx, endings: Sequence[Ending], changed: Mapping[int, tuple[Any, ...]]
) -> list[Ended | None]:
    met = [_Met(ending, *changed[ending.fence]) for ending in endings if ending.fence in changed]
    for one in met:
        again = one.state == "queued"
        if again:
            tx.later(_BACK_IN_LINE, (one.ending.run_id,))
        if one.groups:
            tx.later(_WAITS_AGAIN if again else _LEAVES, (one.ending.run_id,))
    _note(tx, met)
    ended = {one.ending.fence: _ended(one) for one in met}
    return [ended.get(ending.fence) for ending in endings]


def _note(tx: Tx, met: Sequence[_Met]) -> None:
    """History, counters and services of attempts that were ended; it travels with what follows."""
    if not met:
        return
    tx.later(*_attempts(tx, met))
    finals = [one for one in met if one.state != "queued"]
    raises = [each for one in met for each in tally.held(one.groups, _held_for(one))]
    if raises := [*raises, *(each for one in finals for each in _raises(one))]:
        tx.later(*tally.raised(tx, raises))
    # A step that goes well by itself must not hide that the service fails, nor the other way round.
    if own := [_final(one) for one in finals if not one.apart]:
        tx.later(*service_last.of_all(tx, own))


def _held_for(met: _Met) -> float:
    return met.ending.at - (met.granted_at or met.started_at)


def _ended(met: _Met) -> Ended:
    return Ended(met.ending.run_id, met.service, met.state, tuple(met.groups.split()))


def _guarded(tx: Tx, endings: Sequence[Ending]) -> dict[int, tuple[Any, ...]]:
    """(state now, *its row) by fence, of those that were ours to change; met in the order given."""
    if len(endings) > 1 and all(each.ended == "succeeded" for each in endings):
        return {fence: ("succeeded", *row) for fence, *row in tx.all(*_succeed(tx, endings))}
    changed = {}
    for ending in endings:
        state, row = _guarded_one(tx, ending)
        if row is not None:
            changed[ending.fence] = (state, *row)
    return changed


def _guarded_one(tx: Tx, ending: Ending) -> tuple[str, tuple[Any, ...] | None]:
    """The state the run has now, and its row if it was ours to change."""
    failures, losses = _failures(tx, ending), _losses(tx, ending)
    state = after_attempt(
        ending.ended,
        tries_left=failures <= ending.retries,
        retry_lost=ending.retry_lost and losses <= MOST_LOSSES,
    )
    if state == "queued":
        steps = failures or max(0, losses - PATIENT_LOSSES)
        later = ending.at + backoff(steps) if steps else None
        row = tx.one(_TRY_AGAIN, (_error(ending), later, later, ending.run_id, ending.fence))
        if row is not None:
            return state, row
        state = "cancelled"  # a cancel came first, or it is not ours: the next guard tells
    return state, tx.one(*_finish(ending, state))


def _finish(ending: Ending, state: str) -> Statement:
    return (_FINISH, (state, *_end_of(ending), ending.run_id, ending.fence))


def _succeed(tx: Tx, endings: Sequence[Ending]) -> Statement:
    tx.by_keys()
    rows, values = tx.table(_SUCCEED_TYPES, [(each.run_id, each.fence, *_end_of(each)) for each in endings])
    ids = [each.run_id for each in endings]
    if tx.dialect == "postgresql":
        return (
            _SUCCEED.format(rows=rows, ids="= ANY(?::bigint[])", for_update=tx.for_update("r")),
            (*values, ids),
        )
    return (_SUCCEED.format(rows=rows, ids=f"IN ({marks(ids)})", for_update=""), (*values, *ids))


def _end_of(ending: Ending) -> tuple[Any, ...]:
    counts = json.dumps(dict(ending.counts)) if ending.counts else None
    return (ending.at, ending.outcome, ending.message or None, counts, _error(ending))


def _error(ending: Ending) -> str | None:
    return (ending.error or "")[:MAX_ERROR] or None


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


def _attempts(tx: Tx, met: Sequence[_Met]) -> Statement:
    rows = [
        (
            *(one.ending.run_id, one.ending.attempt, one.node, one.process_id, one.ending.fence),
            *(one.granted_at, one.started_at, one.ending.at, one.ending.ended, _error(one.ending)),
        )
        for one in met
    ]
    table, values = tx.table(_ATTEMPT_TYPES, rows)
    return (f"{_ATTEMPT} {table}", values)


def _raises(met: _Met) -> list[tally.Raise]:
    ending, service = met.ending, met.service
    raises = tally.observed(service, "run_duration", ending.at - met.started_at, tally.DURATION_BUCKETS)
    raises += tally.observed(service, "run_queue_time", met.started_at - met.queued_at, tally.QUEUE_BUCKETS)
    raises.append((service, "runs", f"{met.state}|{met.trigger}", 1.0))
    if met.trigger in ("schedule", "catch_up") and not met.apart:
        raises.append((service, "occurrences", "ran", 1.0))
    return raises


def _final(met: _Met) -> service_last.Final:
    ending = met.ending
    return service_last.Final(
        met.service, ending.run_id, met.state, ending.outcome, met.started_at, ending.at
    )
