"""What dead processes leave behind: their runs end as lost, their groups go to those who wait."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from coordinator.grants import RunMessage, grant_pass
from coordinator.world import Rules
from store import node, process
from store.process import LiveProcess
from store.run import hold
from store.run.ended import Ending, end
from store.tx import Tx


def bury(
    tx: Tx,
    process_ids: Sequence[int],
    rules: Rules,
    *,
    state: str,
    reason: str,
    now: float,
    ended: str = "lost",
) -> list[RunMessage]:
    """Processes are proved gone: end their runs and grant what got free.

    ``state`` is what becomes of the process (``ended`` or ``lost``), ``ended`` of its attempts.
    """
    tx.grant_lock()
    buried = process.end(tx, process_ids, state=state, reason=reason, now=now)
    if not buried:
        return []
    _end_runs(tx, process.runs_of(tx, buried), ended=ended, reason=reason, now=now)
    return grant_pass(tx, rules, now).messages


def give_up(tx: Tx, dead: LiveProcess, rules: Rules, *, now: float, reason: str) -> list[RunMessage] | None:
    """A process has not renewed its lease for too long: the same; None if it has moved after all.

    A node whose system worker is given up, and has no other, is lost.
    """
    tx.grant_lock()
    if not process.give_up(tx, dead.id, renewal=dead.renewal, reason=reason, now=now):
        return None
    if dead.kind == "system":
        agent = dead.incarnation.rsplit(".", 1)[0]
        node.lose(tx, dead.node, agent, now)  # before the grants, which must not go there
    _end_runs(tx, process.runs_of(tx, [dead.id]), ended="lost", reason=reason, now=now)
    return grant_pass(tx, rules, now).messages


def bury_orphans(tx: Tx, now: float) -> int:
    """End the runs whose process is gone without them; how many. The caller grants what got free."""
    tx.grant_lock()
    rows = process.orphans(tx)
    _end_runs(tx, rows, ended="lost", reason="its process had ended", now=now)
    return len(rows)


def end_runs(
    tx: Tx, process_id: int, run_ids: Sequence[int], rules: Rules, *, reason: str, now: float
) -> list[RunMessage]:
    """A live process says of some of its runs that it does not execute them."""
    tx.grant_lock()
    rows = [row for row in process.runs_of(tx, [process_id]) if row["id"] in run_ids]
    _end_runs(tx, rows, ended="lost", reason=reason, now=now)
    return grant_pass(tx, rules, now).messages


def _end_runs(tx: Tx, rows: Sequence[Mapping[str, Any]], *, ended: str, reason: str, now: float) -> None:
    hold.drop_dead(tx)
    hold.drop(tx, [row["id"] for row in rows if row["trigger"] == "hold"])
    for row in rows:
        if row["trigger"] == "hold":
            continue
        how, why = _as_wished(row, ended, reason, now)
        end(
            tx,
            Ending(
                run_id=row["id"],
                fence=row["fence"],
                attempt=row["attempt"],
                ended=how,
                at=now,
                retries=row["retries"],
                retry_lost=bool(row["retry_lost"]),
                error=why,
            ),
        )


def _as_wished(row: Mapping[str, Any], ended: str, reason: str, now: float) -> tuple[str, str]:
    """A run that was to stop anyway ended by that, though it took its process to do it."""
    if row["cancel_at"] is not None:
        return "cancelled", f"cancelled; {reason}"
    if now - row["started_at"] >= row["time_limit"]:
        return "timeout", f"took longer than its time limit of {row['time_limit']:g} s; {reason}"
    return ended, reason
