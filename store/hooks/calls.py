"""Calls while they are carried out: each change of state is one guarded statement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from domain.hooks.line import Waiting
from store.tx import Tx

#: So many calls of a hook are looked at in one run.
MOST = 20_000
LONGEST_ANSWER = 1_000


@dataclass(frozen=True)
class Tried:
    """One try: `kind` is ``done`` or that of the `BackendError`, `text` the head of the answer or why not."""

    at: float
    took: float
    kind: str
    text: str
    status: int | None = None


def open_calls(tx: Tx, hook_id: int) -> list[Waiting]:
    """The calls of a hook that have not ended, in order."""
    rows = tx.all(
        """SELECT id, object, not_before FROM hook_call
           WHERE hook_id = ? AND ended_at IS NULL ORDER BY id LIMIT ?""",
        (hook_id, MOST),
    )
    return [Waiting(*row) for row in rows]


def one(tx: Tx, call_id: int) -> dict[str, Any] | None:
    """A call's row, or None."""
    rows = tx.dicts("SELECT * FROM hook_call WHERE id = ?", (call_id,))
    return rows[0] if rows else None


def begin(tx: Tx, call_id: int, run_id: int) -> bool:
    """Take a call in hand before it goes out; False if somebody else did, or it has ended."""
    return (
        tx.run(
            """UPDATE hook_call SET state = 'sending', run_id = ?, tries = tries + 1
               WHERE id = ? AND state = 'queued'""",
            (run_id, call_id),
        )
        > 0
    )


def arrived(tx: Tx, call_id: int, run_id: int, tried: Tried) -> bool:
    """The receiver took it."""
    return _ended(tx, call_id, run_id, "done", None, tried)


def given_up(tx: Tx, call_id: int, run_id: int, error: str, tried: Tried) -> bool:
    """It did not arrive and is not tried again."""
    return _ended(tx, call_id, run_id, "failed", error, tried)


def later(tx: Tx, call_id: int, run_id: int, not_before: float, tried: Tried) -> bool:
    """It did not arrive, or nobody knows, and is tried again with the same key."""
    changed = tx.run(
        """UPDATE hook_call SET state = 'queued', not_before = ?, error = ?,
               unknown = unknown OR CAST(? AS BOOLEAN)
           WHERE id = ? AND state = 'sending' AND run_id = ?""",
        (not_before, tried.text, tried.kind == "unknown_outcome", call_id, run_id),
    )
    return bool(changed) and _note(tx, call_id, tried)


def drop(tx: Tx, call_id: int, why: str, now: float) -> bool:
    """It is not to go any more."""
    sql = "UPDATE hook_call SET state = 'dropped', error = ?, ended_at = ? WHERE id = ? AND state = 'queued'"
    return tx.run(sql, (why, now, call_id)) > 0


def was_dropped(tx: Tx, service: str, key: str) -> bool:
    """Whether an admin has dropped the act that was held."""
    sql = "SELECT 1 FROM held_act WHERE service = ? AND key = ? AND state = 'dropped'"
    return tx.one(sql, (service, key)) is not None


def take_back(tx: Tx, run_id: int, now: float) -> int:
    """What a run that ended was sending: nobody knows whether it arrived, so it goes again; how many."""
    text = "the run ended while the answer was awaited"
    rows = tx.all(
        """UPDATE hook_call SET state = 'queued', unknown = TRUE, error = ?
           WHERE ended_at IS NULL AND state = 'sending' AND run_id <> ? RETURNING id""",
        (text, run_id),
    )
    for (call_id,) in rows:
        _note(tx, call_id, Tried(now, 0.0, "unknown_outcome", text))
    return len(rows)


def give_up_old(tx: Tx, before: float, now: float) -> int:
    """End what has waited since before that moment, and what nobody listens to any more; how many."""
    old = "not delivered in time"
    gone = "the hook is archived"
    ended = tx.run(
        """UPDATE hook_call SET state = 'failed', ended_at = ?, error = COALESCE(? || ': ' || error, ?)
           WHERE ended_at IS NULL AND state = 'queued' AND queued_at < ?""",
        (now, old, old, before),
    )
    return ended + tx.run(
        """UPDATE hook_call SET state = 'dropped', ended_at = ?, error = ?
           WHERE ended_at IS NULL AND state = 'queued'
             AND hook_id IN (SELECT id FROM event_hook WHERE archived_at IS NOT NULL)""",
        (now, gone),
    )


def _ended(tx: Tx, call_id: int, run_id: int, state: str, error: str | None, tried: Tried) -> bool:
    changed = tx.run(
        """UPDATE hook_call SET state = ?, error = ?, ended_at = ?, unknown = unknown OR CAST(? AS BOOLEAN)
           WHERE id = ? AND state = 'sending' AND run_id = ?""",
        (state, error, tried.at + tried.took, tried.kind == "unknown_outcome", call_id, run_id),
    )
    return bool(changed) and _note(tx, call_id, tried)


def _note(tx: Tx, call_id: int, tried: Tried) -> bool:
    tx.run(
        """INSERT INTO hook_try (call_id, n, at, took, status, kind, text)
           SELECT CAST(? AS BIGINT), COALESCE(MAX(n), 0) + 1, ?, ?, CAST(? AS INTEGER), ?, ?
           FROM hook_try WHERE call_id = ?""",
        (call_id, tried.at, tried.took, tried.status, tried.kind, tried.text[:LONGEST_ANSWER], call_id),
    )
    return True


def retry(tx: Tx, call_id: int, now: float) -> bool:
    """Try a call at once, also one that was given up or dropped; False if it arrived or is under way.

    It goes with the same key, so that a receiver that has it already can know it.
    """
    return (
        tx.run(
            """UPDATE hook_call SET state = 'queued', tries = 0, not_before = ?, queued_at = ?,
                   ended_at = NULL, error = NULL
               WHERE id = ? AND state IN ('queued', 'failed', 'dropped')""",
            (now, now, call_id),
        )
        > 0
    )
