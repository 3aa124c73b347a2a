"""Commands that came by mail: those that wait, and what became of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from store.tx import Tx

_NAMES = (
    *("account_id", "ticket_id", "staff_id", "sender", "command", "proof", "results", "message_id", "text"),
)


def put(tx: Tx, values: Mapping[str, Any], now: float) -> int:
    """A command that waits; its id."""
    return int(
        tx.value(
            f"""INSERT INTO command_log ({", ".join(_NAMES)}, state, at)
                VALUES ({", ".join("?" * len(_NAMES))}, 'waiting', ?) RETURNING id""",
            (*(values[name] for name in _NAMES), now),
        )
    )


def waiting(tx: Tx, limit: int) -> list[dict[str, Any]]:
    """Those that wait, the oldest first."""
    return tx.dicts("SELECT * FROM command_log WHERE state = 'waiting' ORDER BY id LIMIT ?", (limit,))


def ended(
    tx: Tx, command_id: int, state: Literal["done", "refused", "unknown"], said: str, now: float
) -> bool:
    """Say what became of a command; False if somebody has done it meanwhile: then undo all."""
    sql = "UPDATE command_log SET state = ?, said = ?, ended_at = ? WHERE id = ? AND state = 'waiting'"
    return tx.run(sql, (state, said, now, command_id)) > 0


def latest(tx: Tx, limit: int = 50) -> list[dict[str, Any]]:
    """The newest first."""
    return tx.dicts(
        "SELECT id, ticket_id, sender, command, state, said, at FROM command_log ORDER BY id DESC LIMIT ?",
        (limit,),
    )


def forget(tx: Tx, before: float) -> int:
    """Remove what ended before `before`; how many."""
    return tx.run("DELETE FROM command_log WHERE ended_at < ?", (before,))
