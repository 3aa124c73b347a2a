"""A daemon's turn at its groups: asked for, granted by the one pass, given back or taken away."""

from __future__ import annotations

from coordinator.grants import RunMessage, grant_pass
from coordinator.world import Rules
from store.run import hold
from store.tx import Tx


def enter(
    tx: Tx, service: str, rules: Rules, *, process_id: int, node: str, now: float
) -> tuple[int | None, list[RunMessage]]:
    """Stand in line, and hold at once if nobody stands before; (the hold, messages to publish)."""
    tx.grant_lock()
    run_id = hold.enter(tx, service, process_id=process_id, node=node, now=now)
    if run_id is None:
        return None, []
    return run_id, grant_pass(tx, rules, now, runs=[run_id]).messages


def leave(tx: Tx, run_id: int, fence: int | None, rules: Rules, now: float) -> tuple[bool, list[RunMessage]]:
    """Give the groups back (or leave the line), and grant who waits; False if they were taken away."""
    tx.grant_lock()
    groups = hold.leave(tx, run_id, fence, now)
    if groups is None:
        return False, []
    return True, grant_pass(tx, rules, now, groups=groups).messages if groups else []
