"""How each hook does: since when it fails, until when it is left alone, whether it is paused."""

from __future__ import annotations

from typing import Any

from store.tx import Tx

Row = dict[str, Any]

#: So many failures in a row are the hook's, not those of one call.
WAS_DOWN = 5

_NONE: Row = dict.fromkeys(
    ("failing_since", "last_error", "last_done_at", "not_before", "paused_at", "paused_by", "reason")
)


def rows(tx: Tx) -> dict[int, Row]:
    """The state of every hook that has one, by the hook's id."""
    return {row["hook_id"]: row for row in tx.dicts("SELECT * FROM hook_state")}


def one(tx: Tx, hook_id: int) -> Row:
    """A hook's state, also of one that was never called."""
    found = tx.dicts("SELECT * FROM hook_state WHERE hook_id = ?", (hook_id,))
    return found[0] if found else never(hook_id)


def never(hook_id: int) -> Row:
    """The state of a hook that was never called."""
    return {"hook_id": hook_id, "failures": 0, **_NONE}


def paused(tx: Tx) -> list[Row]:
    """Hooks that are paused because they failed: name, since when, and what they said last."""
    return tx.dicts(
        """SELECT h.name, s.paused_at, s.last_error FROM hook_state s JOIN event_hook h ON h.id = s.hook_id
           WHERE s.paused_by = 'system' AND h.archived_at IS NULL AND h.enabled ORDER BY h.name"""
    )


def works(tx: Tx, hook_id: int, now: float) -> None:
    """A call arrived. After the hook was down, what waits for its next try goes at once."""
    if one(tx, hook_id)["failures"] >= WAS_DOWN:
        sql = "UPDATE hook_call SET not_before = ? WHERE hook_id = ? AND ended_at IS NULL AND not_before > ?"
        tx.run(sql, (now, hook_id, now))
    tx.run(
        """INSERT INTO hook_state (hook_id, last_done_at) VALUES (?, ?)
           ON CONFLICT (hook_id) DO UPDATE SET failures = 0, failing_since = NULL, last_error = NULL,
               not_before = NULL, last_done_at = excluded.last_done_at""",
        (hook_id, now),
    )


def fails(tx: Tx, hook_id: int, error: str, not_before: float | None, now: float) -> Row:
    """A call did not arrive; the state after it. `not_before`: until then the receiver is left alone."""
    tx.run(
        """INSERT INTO hook_state (hook_id, failures, failing_since, last_error, not_before)
           VALUES (?, 1, ?, ?, ?)
           ON CONFLICT (hook_id) DO UPDATE SET failures = hook_state.failures + 1,
               failing_since = COALESCE(hook_state.failing_since, excluded.failing_since),
               last_error = excluded.last_error, not_before = excluded.not_before""",
        (hook_id, now, error, not_before),
    )
    return one(tx, hook_id)


def pause(tx: Tx, hook_id: int, by: str, reason: str | None, now: float) -> bool:
    """Call it no more until it is resumed; False if it is paused."""
    tx.run("INSERT INTO hook_state (hook_id) VALUES (?) ON CONFLICT (hook_id) DO NOTHING", (hook_id,))
    return (
        tx.run(
            """UPDATE hook_state SET paused_at = ?, paused_by = ?, reason = ?
               WHERE hook_id = ? AND paused_at IS NULL""",
            (now, by, reason, hook_id),
        )
        > 0
    )


def resume(tx: Tx, hook_id: int, now: float) -> bool:
    """Call it again, what waits at once and with all its time; False if it was not paused."""
    changed = tx.run(
        """UPDATE hook_state SET paused_at = NULL, paused_by = NULL, reason = NULL, failures = 0,
               failing_since = NULL, not_before = NULL
           WHERE hook_id = ? AND paused_at IS NOT NULL""",
        (hook_id,),
    )
    if changed:
        tx.run(
            "UPDATE hook_call SET not_before = ?, queued_at = ? WHERE hook_id = ? AND ended_at IS NULL",
            (now, now, hook_id),
        )
    return changed > 0
