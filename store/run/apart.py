"""Runs of a step alone, which a run of the service asks for: one at most of each step has not ended."""

from __future__ import annotations

from dataclasses import dataclass

from store.run.created import NewRun
from store.tx import Tx


@dataclass(frozen=True, slots=True)
class Asker:
    """The run that asks, and what its service says now."""

    run_id: int
    service: str
    for_node: str
    trigger: str
    requested_by: str | None
    args: str  # as its column holds them
    priority: int
    roles: str
    run_groups: str


def asker(tx: Tx, run_id: int, fence: int) -> Asker | None:
    """The run, if this attempt of it still runs. Under the grant lock."""
    row = tx.one(
        """SELECT r.id, r.service, r.for_node, r.trigger, r.requested_by, r.args, s.priority, s.roles,
                  s.run_groups
           FROM run r JOIN service s ON s.name = r.service
           WHERE r.id = ? AND r.fence = ? AND r.state = 'running'""",
        (run_id, fence),
    )
    return None if row is None else Asker(*row)


def carrying_out(tx: Tx, asking: Asker, step: int) -> int | None:
    """The run that has this step in hand: an earlier attempt asked for it, or it has not ended."""
    asked = tx.value(
        "SELECT own_run FROM run_step WHERE run_id = ? AND n = ? AND state = 'apart'", (asking.run_id, step)
    )
    if asked is not None:
        return int(asked)
    same = "service = ? AND for_node = ? AND args = ? AND apart AND step = ?"
    about = (asking.service, asking.for_node, asking.args, step)
    # Each half by a partial index of its own; asked for together, all of history is read.
    rows = tx.all(
        f"""SELECT id FROM run WHERE state = 'queued' AND {same}
            UNION ALL SELECT id FROM run WHERE state IN ('granted', 'running') AND {same}""",
        (*about, *about),
    )
    return min((int(row[0]) for row in rows), default=None)


def new_run(asking: Asker, step: int, args: dict[str, object], now: float) -> NewRun:
    """The run of that step: for the same cause, with the same arguments, and no planned time of its own."""
    return NewRun(
        service=asking.service,
        for_node=asking.for_node,
        trigger=asking.trigger,
        planned_count=0,
        requested_at=now,
        queued_at=now,
        requested_by=asking.requested_by,
        request_reason=f"step {step} of run {asking.run_id}",
        priority=asking.priority,
        roles=asking.roles,
        run_groups=asking.run_groups,
        args=args,
        step=step,
        apart=True,
    )
