"""Store why runs wait: only what changed, so that a quiet line costs no writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from coordinator.world import Wait, Waiter
from store.tx import FLOAT, Tx

#: So many are written by one statement.
AT_ONCE = 1_000

_TYPES = ("text", "text", "bigint", FLOAT, "bigint")


def note(tx: Tx, now: float, waiters: Sequence[Waiter], waits: Mapping[int, Wait]) -> None:
    """Write code, group, holder and since when, for the runs whose reason is another than before."""
    changed = []
    for waiter in waiters:
        wait = waits.get(waiter.run_id)
        if wait and waiter.noted != (wait.code, wait.group, wait.holder):
            since = None if waiter.noted[0] == wait.code and waiter.noted[1] == wait.group else now
            changed.append((wait.code, wait.group, wait.holder, since, waiter.run_id))
    for start in range(0, len(changed), AT_ONCE):
        rows, values = tx.table(_TYPES, changed[start : start + AT_ONCE])
        tx.later(
            f"""WITH new (code, run_group, holder, since, id) AS ({rows})
                UPDATE run SET wait_code = new.code, wait_group = new.run_group, wait_holder = new.holder,
                               wait_since = COALESCE(new.since, wait_since)
                FROM new WHERE run.id = new.id AND run.state = 'queued'""",
            values,
        )
