"""Whose turn it is to bring sums up to date: a run that was given up must not write after the next one."""

from __future__ import annotations

from store.tx import Tx


class TurnLost(Exception):
    """A later run has taken over."""


def take(tx: Tx, name: str, fence: int, now: float) -> None:
    """Go on under `fence`, alone until this transaction ends. Raises TurnLost after a later fence."""
    tx.run(
        "INSERT INTO setting (name, value, changed_at) VALUES (?, '0', ?) ON CONFLICT (name) DO NOTHING",
        (name, now),
    )
    mine = tx.run(
        "UPDATE setting SET value = ?, changed_at = ? WHERE name = ? AND CAST(value AS BIGINT) <= ?",
        (str(fence), now, name, fence),
    )
    if not mine:
        raise TurnLost(f"a later run than {fence} has taken over")
