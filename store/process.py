"""Processes and their leases: a renewal counter that a live process keeps moving."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from store.tx import Tx, marks


@dataclass(frozen=True, slots=True)
class LiveProcess:
    """A process that has not ended, as its row says."""

    id: int
    node: str
    kind: str
    name: str
    renewal: int
    incarnation: str


def register(
    tx: Tx, *, node: str, kind: str, name: str, incarnation: str, pid: int, slots: int, now: float
) -> int:
    """A process that starts: its id, never used again."""
    return int(
        tx.value(
            """INSERT INTO process (node, kind, name, incarnation, pid, state, slots, started_at, seen_at)
               VALUES (?, ?, ?, ?, ?, 'up', ?, ?, ?) RETURNING id""",
            (node, kind, name, incarnation, pid, slots, now, now),
        )
    )


def listens(tx: Tx, process_id: int, port: int) -> None:
    """The page of this process is at a port, which need not be that of the settings."""
    tx.run("UPDATE process SET port = ? WHERE id = ?", (port, process_id))


def page_port(tx: Tx, node: str) -> int | None:
    """The port of the page that runs on a node, of several the newest; None: there is none."""
    port = tx.value(
        """SELECT port FROM process WHERE node = ? AND state IN ('up', 'draining') AND port IS NOT NULL
           ORDER BY id DESC LIMIT 1""",
        (node,),
    )
    return None if port is None else int(port)


def renew(tx: Tx, process_id: int, *, now: float, memory: int | None = None) -> bool:
    """Move the counter on; False when the process was given up meanwhile and must stop."""
    return (
        tx.run(
            """UPDATE process SET renewal = renewal + 1, seen_at = ?, memory = COALESCE(?, memory)
               WHERE id = ? AND state IN ('up', 'draining')""",
            (now, memory, process_id),
        )
        == 1
    )


def drain(tx: Tx, process_id: int) -> None:
    """The process takes nothing new from now on."""
    tx.run("UPDATE process SET state = 'draining' WHERE id = ? AND state = 'up'", (process_id,))


def end(tx: Tx, process_ids: Sequence[int], *, state: str, reason: str, now: float) -> list[int]:
    """Processes that are gone: ``ended`` (said so, or proved) or ``lost``; those it met."""
    if not process_ids:
        return []
    rows = tx.all(
        f"""UPDATE process SET state = ?, end_reason = ?, ended_at = ?, slots = 0
            WHERE id IN ({marks(process_ids)}) AND state IN ('up', 'draining') RETURNING id""",
        (state, reason, now, *process_ids),
    )
    return [row[0] for row in rows]


def give_up(tx: Tx, process_id: int, *, renewal: int, reason: str, now: float) -> bool:
    """Declare a process lost, unless its counter has moved after all."""
    return (
        tx.run(
            """UPDATE process SET state = 'lost', end_reason = ?, ended_at = ?, slots = 0
               WHERE id = ? AND renewal = ? AND state IN ('up', 'draining')""",
            (reason, now, process_id, renewal),
        )
        == 1
    )


def live(tx: Tx) -> list[LiveProcess]:
    """Every process that has not ended."""
    rows = tx.all(
        """SELECT id, node, kind, name, renewal, incarnation FROM process
           WHERE state IN ('up', 'draining') ORDER BY id"""
    )
    return [LiveProcess(*row) for row in rows]


def details(tx: Tx) -> list[dict[str, Any]]:
    """All that is known of every process that has not ended, by node and name."""
    return tx.dicts("SELECT * FROM process WHERE state IN ('up', 'draining') ORDER BY node, kind, name, id")


def runs_of(tx: Tx, process_ids: Sequence[int]) -> list[dict[str, Any]]:
    """The runs these processes were executing."""
    if not process_ids:
        return []
    those = f"r.process_id IN ({marks(process_ids)})"
    return tx.dicts(f"{_RUNNING} AND {those} ORDER BY +r.id{tx.for_update('r')}", process_ids)


def orphans(tx: Tx) -> list[dict[str, Any]]:
    """Runs whose process has ended without them: claimed in the very moment it was given up."""
    return tx.dicts(
        f"""{_RUNNING} AND NOT EXISTS (SELECT 1 FROM process p WHERE p.id = r.process_id
                                       AND p.state IN ('up', 'draining'))
            ORDER BY +r.id{tx.for_update("r")}"""
    )


# The first condition names the partial index in its own words, and the plus keeps SQLite from going
# through all runs in order of their ids: else it would not take that index.
_RUNNING = """
    SELECT r.id, r.fence, r.attempt, r.service, r.run_groups, r.started_at, r.cancel_at, r.trigger,
           s.time_limit,
           s.retries, s.retry_lost
    FROM run r JOIN service s ON s.name = r.service
    WHERE r.state IN ('granted', 'running') AND r.state = 'running'"""


def stop_signs(tx: Tx, process_id: int) -> dict[int, tuple[int, float | None]]:
    """run -> (fence, cancel asked at) of what the process still executes, as the database sees it."""
    rows = tx.all(
        """SELECT id, fence, cancel_at FROM run
           WHERE state IN ('granted', 'running') AND state = 'running' AND process_id = ?""",
        (process_id,),
    )
    return {row[0]: (row[1], row[2]) for row in rows}
