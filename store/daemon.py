"""Instances of daemons: desired by their service's row, claimed by a node, ended by proof.

`fence` and `incarnation` are new with each start: whoever comes with old ones changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from domain.daemon_state import after_crash
from store import tally
from store.fence import next_fences
from store.tx import Tx

#: A start that no process has followed for so long (s) has failed.
START_PATIENCE = 15.0
#: Of the last words of a process, so much is kept.
MOST_WORDS = 4_000


def ensure(tx: Tx, wanted: Iterable[tuple[str, str]], now: float) -> None:
    """Make rows for these (service, node or "") that have none."""
    tx.many(
        """INSERT INTO daemon (service, for_node, state, state_at) VALUES (?, ?, 'stopped', ?)
           ON CONFLICT (service, for_node) DO NOTHING""",
        [(service, for_node, now) for service, for_node in wanted],
    )


def instances(tx: Tx, service: str | None = None) -> list[dict[str, Any]]:
    """The instances of one service, or all."""
    where, params = ("WHERE service = ?", (service,)) if service else ("", ())
    return tx.dicts(f"SELECT * FROM daemon {where} ORDER BY service, for_node", params)


def any_known(tx: Tx) -> bool:
    """Whether there is an instance of any daemon, or a service that should have one."""
    sql = """SELECT EXISTS (SELECT 1 FROM daemon)
                 OR EXISTS (SELECT 1 FROM service WHERE present AND kind = 'daemon' AND enabled)"""
    return bool(tx.value(sql))


def by_service(tx: Tx) -> dict[str, list[dict[str, Any]]]:
    """All instances by their service's name."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in instances(tx):
        found.setdefault(row["service"], []).append(row)
    return found


def claim(tx: Tx, instance: int, node: str, agent: str, now: float) -> tuple[str, int] | None:
    """Start an instance on a node: (incarnation, fence) for its process; None if it is not free or due."""
    (fence,) = next_fences(tx, 1)
    incarnation = f"{agent}.d{fence}"
    met = tx.run(
        """UPDATE daemon SET state = 'starting', state_at = ?, node = ?, incarnation = ?, fence = ?,
               process_id = NULL, started_at = NULL, ready_at = NULL, served = wanted
           WHERE id = ? AND state IN ('stopped', 'backing_off', 'crash_loop')
             AND (next_start_at IS NULL OR next_start_at <= ? OR wanted > served)""",
        (now, node, incarnation, fence, instance, now),
    )
    return (incarnation, fence) if met else None


def begin(tx: Tx, instance: int, fence: int, process_id: int, now: float) -> bool:
    """Its process is there; False when the start was given up meanwhile and the process must end."""
    row = tx.one(
        """UPDATE daemon SET state = 'running', state_at = ?, process_id = ?, started_at = ?,
               restarts = restarts + CASE WHEN last_end IS NULL THEN 0 ELSE 1 END
           WHERE id = ? AND fence = ? AND state = 'starting' RETURNING service, last_end""",
        (now, process_id, now, instance, fence),
    )
    if row is not None and row[1] is not None:
        tally.add(tx, [(row[0], "daemon_restarts", "", 1.0)])
    return row is not None


def ready(tx: Tx, instance: int, fence: int, now: float) -> None:
    """Its readiness probe has answered yes."""
    tx.run(
        "UPDATE daemon SET ready_at = ? WHERE id = ? AND fence = ? AND state = 'running'",
        (now, instance, fence),
    )


def say_last_words(tx: Tx, instance: int, fence: int, words: str) -> None:
    """What it said before it ended."""
    tx.run(
        "UPDATE daemon SET last_words = ? WHERE id = ? AND fence = ?", (words[-MOST_WORDS:], instance, fence)
    )


def end(tx: Tx, incarnation: str, reason: str, now: float, *, asked: bool) -> dict[str, Any] | None:
    """Its process is proved gone: stopped if it was asked to, else to be started again later.

    The row as it was, or None if this incarnation is no daemon's any more.
    """
    found = tx.dicts(
        "SELECT * FROM daemon WHERE incarnation = ? AND state IN ('starting', 'running')", (incarnation,)
    )
    if not found:
        return None
    row = found[0]
    crashes, state, pause = after_crash(row["crashes"], now - (row["started_at"] or now))
    if asked or row["wanted"] > row["served"]:
        crashes, state, pause = 0, "stopped", 0.0
    tx.run(
        """UPDATE daemon SET state = ?, state_at = ?, node = NULL, incarnation = NULL, process_id = NULL,
               ready_at = NULL, crashes = ?, next_start_at = ?, last_end = ?
           WHERE id = ? AND incarnation = ?""",
        (state, now, crashes, now + pause, reason, row["id"], incarnation),
    )
    return row


def forget(tx: Tx, instance: int) -> bool:
    """Take away an instance that is not to be any more; False while it has a process."""
    return (
        tx.run("DELETE FROM daemon WHERE id = ? AND state NOT IN ('starting', 'running')", (instance,)) == 1
    )


def abandoned(tx: Tx, now: float) -> list[str]:
    """Incarnations whose process is gone, or never came: their node could not tell of it."""
    rows = tx.all(
        """SELECT d.incarnation FROM daemon d
           WHERE d.state IN ('starting', 'running')
             AND NOT EXISTS (SELECT 1 FROM process p WHERE p.incarnation = d.incarnation
                             AND p.state IN ('up', 'draining'))
             AND (d.state = 'running' OR d.state_at < ?)""",
        (now - START_PATIENCE,),
    )
    return [row[0] for row in rows]


def ask_restart(tx: Tx, service: str, node: str | None = None) -> int:
    """Have the instances of a service (on one node) started anew; how many there are."""
    if node is None:
        return tx.run("UPDATE daemon SET wanted = wanted + 1 WHERE service = ?", (service,))
    return tx.run(
        "UPDATE daemon SET wanted = wanted + 1 WHERE service = ? AND (for_node = ? OR node = ?)",
        (service, node, node),
    )
