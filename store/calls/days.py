"""Days of calls, listed: their states, what they hold, and which are past their term."""

from __future__ import annotations

from typing import Any

from store.tx import Tx

_NAMES = """day, state, holder, revision, legs, rated, mismatched, fresh, rerating, volume, billed,
            counted_at, archive_place, archive_legs, archived_at, changed_at"""


def listed(tx: Tx, *, before: int | None = None, limit: int = 100) -> list[dict[str, Any]]:
    """The newest first; only days before that one, if it is given."""
    where, params = ("", ()) if before is None else ("WHERE day < ?", (before,))
    return tx.dicts(f"SELECT {_NAMES} FROM call_day {where} ORDER BY day DESC LIMIT ?", (*params, limit))


def one(tx: Tx, day: int) -> dict[str, Any] | None:
    """One day; None if there was never a call of it."""
    found = tx.dicts(f"SELECT {_NAMES} FROM call_day WHERE day = ?", (day,))
    return found[0] if found else None


def open_before(tx: Tx, day: int) -> list[int]:
    """Open days before that one, the oldest first."""
    return [
        row[0]
        for row in tx.all("SELECT day FROM call_day WHERE state = 'open' AND day < ? ORDER BY day", (day,))
    ]
