"""Switches of the whole site that operators change live: maintenance mode, profiles."""

from __future__ import annotations

import json
from typing import Any

from store.tx import Statement, Tx

#: One row while maintenance mode is on: its value is {"at", "by", "reason"}.
MAINTENANCE: Statement = ("SELECT value FROM setting WHERE name = 'maintenance'", ())


def get(tx: Tx, name: str) -> Any:
    """The value of a setting, or None."""
    value = tx.value("SELECT value FROM setting WHERE name = ?", (name,))
    return None if value is None else json.loads(value)


def put(tx: Tx, name: str, value: Any, now: float) -> None:
    """Set a setting to anything JSON can hold."""
    tx.later(
        """INSERT INTO setting (name, value, changed_at) VALUES (?, ?, ?)
           ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at""",
        (name, json.dumps(value), now),
    )


def remove(tx: Tx, name: str) -> bool:
    """Take a setting away; whether it was there."""
    return tx.run("DELETE FROM setting WHERE name = ?", (name,)) > 0
