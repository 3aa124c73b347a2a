"""Mutes and maintenance windows: what keeps alerts quiet, and until when."""

from __future__ import annotations

from typing import Any

from domain.alert.quiet import Mute, Window
from store.tx import Tx


def mutes(tx: Tx, now: float) -> list[Mute]:
    """Those in force at `now`, the newest first."""
    rows = tx.all(
        """SELECT id, rule, object, until, by, reason, created_at FROM mute
           WHERE ended_at IS NULL AND (until IS NULL OR until > ?) ORDER BY id DESC""",
        (now,),
    )
    return [Mute(*row) for row in rows]


def windows(tx: Tx, now: float) -> list[Window]:
    """Those that have not ended by `now`, the earliest first."""
    rows = tx.all(
        """SELECT id, object, starts_at, ends_at, by, reason FROM maintenance_window
           WHERE cancelled_at IS NULL AND ends_at > ? ORDER BY starts_at, id""",
        (now,),
    )
    return [Window(*row) for row in rows]


def add(
    tx: Tx,
    *,
    rule: str | None,
    about: str | None,
    until: float | None,
    by: str,
    reason: str | None,
    now: float,
) -> int:
    """A new mute; its id."""
    return int(
        tx.value(
            """INSERT INTO mute (rule, object, until, by, reason, created_at)
               VALUES (?, ?, ?, ?, ?, ?) RETURNING id""",
            (rule, about, until, by, reason, now),
        )
    )


def end(tx: Tx, mute_id: int, now: float) -> dict[str, Any] | None:
    """End a mute that is in force: its row as it was; None if there is none."""
    return _taken(
        tx,
        "SELECT * FROM mute WHERE id = ?",
        "UPDATE mute SET ended_at = ? WHERE id = ? AND ended_at IS NULL AND (until IS NULL OR until > ?)",
        mute_id,
        now,
    )


def plan(tx: Tx, *, about: str | None, starts_at: float, ends_at: float, by: str, reason: str | None) -> int:
    """A new maintenance window; its id."""
    return int(
        tx.value(
            """INSERT INTO maintenance_window (object, starts_at, ends_at, by, reason)
               VALUES (?, ?, ?, ?, ?) RETURNING id""",
            (about, starts_at, ends_at, by, reason),
        )
    )


def cancel(tx: Tx, window_id: int, now: float) -> dict[str, Any] | None:
    """Cancel a window that has not ended: its row as it was; None if there is none."""
    return _taken(
        tx,
        "SELECT * FROM maintenance_window WHERE id = ?",
        """UPDATE maintenance_window SET cancelled_at = ?
           WHERE id = ? AND cancelled_at IS NULL AND ends_at > ?""",
        window_id,
        now,
    )


def _taken(tx: Tx, select: str, update: str, row_id: int, now: float) -> dict[str, Any] | None:
    rows = tx.dicts(select, (row_id,))
    return rows[0] if tx.run(update, (now, row_id, now)) and rows else None
