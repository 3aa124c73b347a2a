"""Holds: a daemon's turns at its run groups, as entries of the ordinary wait list.

A hold is a row of `run` with trigger ``hold`` while it waits and holds, and gone afterwards; what
stays is a count per service and minute.
"""

from __future__ import annotations

from collections.abc import Sequence

from store import tally
from store.run import created
from store.tx import Tx, marks

_MINUTE = """
    INSERT INTO hold_minute (service, minute, holds, waited, held) VALUES (?, ?, 1, ?, ?)
    ON CONFLICT (service, minute) DO UPDATE SET holds = hold_minute.holds + 1,
        waited = hold_minute.waited + excluded.waited, held = hold_minute.held + excluded.held"""


def enter(tx: Tx, service: str, *, process_id: int, node: str, now: float) -> int | None:
    """Stand in line for the groups of a daemon's service; None if it is not there any more."""
    row = tx.one("SELECT roles, run_groups, priority FROM service WHERE name = ? AND present", (service,))
    if row is None:
        return None
    new = created.NewRun(
        service=service,
        trigger="hold",
        requested_at=now,
        queued_at=now,
        for_node=node,
        roles=row[0],
        run_groups=row[1],
        priority=row[2],
    )
    (run_id,) = created.insert(tx, [new])
    assert run_id is not None
    tx.run("UPDATE run SET process_id = ? WHERE id = ?", (process_id, run_id))
    return run_id


def fence_of(tx: Tx, run_id: int) -> tuple[str, int | None] | None:
    """(state, fence) of a hold; None once it was taken away."""
    row = tx.one("SELECT state, fence FROM run WHERE id = ? AND trigger = 'hold'", (run_id,))
    return None if row is None else (row[0], row[1])


def is_held(tx: Tx, fence: int) -> bool:
    """Whether a hold with this fence has its groups; for others than who has it."""
    sql = "SELECT 1 FROM run WHERE state IN ('granted', 'running') AND fence = ? AND trigger = 'hold'"
    return bool(tx.value(sql, (fence,)))


def leave(tx: Tx, run_id: int, fence: int | None, now: float) -> tuple[str, ...] | None:
    """End a hold, or step out of the line (fence None); its groups, None if it was taken away before.

    Under the grant lock.
    """
    row = tx.one(
        """SELECT service, run_groups, queued_at, started_at FROM run
           WHERE id = ? AND trigger = 'hold' AND COALESCE(fence, -1) = ?""",
        (run_id, -1 if fence is None else fence),
    )
    if row is None:
        return None
    drop(tx, [run_id])
    service, groups, queued_at, started_at = row
    if started_at is not None:
        held = max(0.0, now - started_at)
        values = (service, int(now // 60) * 60, max(0.0, started_at - queued_at), held)
        tx.batch([(_MINUTE, values), tally.raised(tx, tally.held(groups, held))])
    return tuple(groups.split())


def drop(tx: Tx, run_ids: Sequence[int]) -> None:
    """Take holds away; their groups are free."""
    if run_ids:
        tx.run(f"DELETE FROM run WHERE trigger = 'hold' AND id IN ({marks(run_ids)})", run_ids)


def drop_dead(tx: Tx) -> None:
    """Take those out of the line whose process has ended: nobody would give their groups back.

    Under the grant lock.
    """
    tx.run(
        """DELETE FROM run WHERE state = 'queued' AND trigger = 'hold'
             AND NOT EXISTS (SELECT 1 FROM process p WHERE p.id = run.process_id
                             AND p.state IN ('up', 'draining'))"""
    )


def of_process(tx: Tx, process_id: int) -> list[int]:
    """The holds a process waits for or has."""
    rows = tx.all("SELECT id FROM run WHERE trigger = 'hold' AND process_id = ?", (process_id,))
    return [row[0] for row in rows]
