"""How far the copy of each directory is: its cursor, its last reads and what went wrong."""

from __future__ import annotations

from typing import Any

from store.tx import Tx


def state(tx: Tx, directory_id: int) -> dict[str, Any] | None:
    """The state of a directory; None before anything looked at it."""
    found = tx.dicts("SELECT * FROM directory_state WHERE directory_id = ?", (directory_id,))
    return found[0] if found else None


def states(tx: Tx) -> dict[int, dict[str, Any]]:
    """The states of all directories, by the directory's id."""
    return {int(row["directory_id"]): row for row in tx.dicts("SELECT * FROM directory_state")}


def failed(tx: Tx, directory_id: int, kind: str, error: str, now: float) -> None:
    """It could not be read, or its answer is not believed; what we have stays as it is."""
    tx.run(
        """INSERT INTO directory_state (directory_id, tried_at, error, error_kind, failed_since)
           VALUES (?, ?, ?, ?, ?)
           ON CONFLICT (directory_id) DO UPDATE SET tried_at = excluded.tried_at, error = excluded.error,
               error_kind = excluded.error_kind,
               failed_since = COALESCE(directory_state.failed_since, excluded.failed_since)""",
        (directory_id, now, error, kind, now),
    )


def states_read(tx: Tx, directory_id: int, now: float) -> None:
    """Lock and expiry of all its users were read."""
    tx.run(
        """INSERT INTO directory_state (directory_id, state_at) VALUES (?, ?)
           ON CONFLICT (directory_id) DO UPDATE SET state_at = excluded.state_at""",
        (directory_id, now),
    )
