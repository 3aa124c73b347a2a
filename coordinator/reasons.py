"""Store why runs wait: only what changed, so that a quiet line costs no writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from coordinator.world import Wait, Waiter
from store.tx import Tx


def note(tx: Tx, now: float, waiters: Sequence[Waiter], waits: Mapping[int, Wait]) -> None:
    """Write code, group, holder and since when, for the runs whose reason is another than before."""
    changed = []
    for waiter in waiters:
        wait = waits.get(waiter.run_id)
        if wait and waiter.noted != (wait.code, wait.group, wait.holder):
            since = None if waiter.noted[0] == wait.code and waiter.noted[1] == wait.group else now
            changed.append((wait.code, wait.group, wait.holder, since, waiter.run_id))
    tx.many(
        """UPDATE run SET wait_code = ?, wait_group = ?, wait_holder = ?, wait_since = COALESCE(?, wait_since)
           WHERE id = ? AND state = 'queued'""",
        changed,
    )
