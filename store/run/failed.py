"""Runs that ended badly since somebody looked: counted over a bounded part of history."""

from __future__ import annotations

from typing import NamedTuple

from store.tx import Tx

#: So many ended runs are looked through at most, the newest: a page says how many failed on each visit.
REACH = 5_000


class Failed(NamedTuple):
    """How many failed or were lost; `whole`: False if there may be more of them further back."""

    number: int
    whole: bool


def failed_since(tx: Tx, at: float) -> Failed:
    """Runs that failed or were lost after an instant (UTC epoch seconds)."""
    row = tx.one(
        """SELECT COUNT(*), SUM(CASE WHEN state IN ('failed', 'lost') AND trigger <> 'hold' THEN 1 ELSE 0 END)
           FROM (SELECT state, trigger FROM run WHERE ended_at > ? ORDER BY ended_at DESC LIMIT ?) newest""",
        (at, REACH),
    )
    looked, bad = row or (0, 0)
    return Failed(int(bad or 0), looked < REACH)
