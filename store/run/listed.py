"""Runs page by page, the newest first. A page looks through a bounded part of history, whatever it seeks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from domain.run_state import OPEN
from store.run import lookup
from store.run.since import LONGEST
from store.tx import Tx

#: A page looks through so many runs at most, so that a rare state never reads through all of history.
REACH = 5_000
_ABOVE_ALL = 2**63 - 1


@dataclass(frozen=True)
class Wanted:
    """Each given value narrows; times in epoch seconds. `ended_after`: only runs that ended later."""

    service: str | None = None
    states: tuple[str, ...] = ()
    node: str | None = None
    trigger: str | None = None
    outcome: str | None = None
    since: float | None = None
    ended_after: float | None = None


def page(
    tx: Tx, wanted: Wanted, limit: int, before: int | None = None
) -> tuple[list[dict[str, Any]], int | None]:
    """At most `limit` runs of an id below `before`, and the `before` of the next page; None: the last.

    A page may have fewer runs, even none, where `REACH` ended it.
    """
    below = _ABOVE_ALL if before is None else before
    floor, asked_at = _floor(tx, wanted, below)
    rows = lookup.runs(
        tx,
        service=wanted.service,
        states=wanted.states,
        node=wanted.node,
        trigger=wanted.trigger,
        outcome=wanted.outcome,
        since=wanted.since,
        ended_after=wanted.ended_after,
        before=below,
        above=floor,
        limit=limit + 1,
    )
    if len(rows) > limit:
        return rows[:limit], rows[limit - 1]["id"]
    return rows, floor + 1 if floor and not _too_old(wanted, asked_at) else None


def _floor(tx: Tx, wanted: Wanted, below: int) -> tuple[int, float]:
    """The newest run that is out of reach, and when it was asked for; (0, 0) if all are within."""
    if wanted.states and set(wanted.states) <= set(OPEN):
        return 0, 0.0  # an index has only those
    where, more = ("AND service = ?", (wanted.service,)) if wanted.service else ("", ())
    row = tx.one(
        f"SELECT id, requested_at FROM run WHERE id < ? {where} ORDER BY id DESC LIMIT 1 OFFSET ?",
        (below, *more, REACH),
    )
    return (int(row[0]), float(row[1])) if row else (0, 0.0)


def _too_old(wanted: Wanted, asked_at: float) -> bool:
    """Whether nothing of what was asked for then, or before, is wanted."""
    if wanted.since is not None and asked_at < wanted.since:
        return True
    return wanted.ended_after is not None and asked_at < wanted.ended_after - LONGEST
