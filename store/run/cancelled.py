"""Stopping runs: those that wait end at once, those that run are asked to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from store import tally
from store.run import granted
from store.tx import Row, Tx, marks


@dataclass(frozen=True, slots=True)
class Cancelled:
    """What a cancel met: runs that ended by it, runs that were asked to stop, groups set free."""

    ended: tuple[int, ...]
    asked: tuple[int, ...]
    groups: tuple[str, ...]


def cancel(tx: Tx, run_ids: Sequence[int], *, by: str, now: float) -> Cancelled:
    """Cancel runs that have not ended. Takes the grant lock: what waits may not be granted meanwhile."""
    if not run_ids:
        return Cancelled((), (), ())
    tx.grant_lock()
    granted.lock(tx, run_ids)
    within = marks(run_ids)
    ended = tx.all(
        f"""UPDATE run SET state = 'cancelled', ended_at = ?, cancel_at = ?, cancel_by = ?, reason = ?
            WHERE id IN ({within}) AND state IN ('queued', 'granted') RETURNING id, service, trigger""",
        (now, now, by, f"cancelled by {by}", *run_ids),
    )
    asked = tx.all(
        f"""UPDATE run SET cancel_at = ?, cancel_by = ?
            WHERE id IN ({within}) AND state = 'running' AND cancel_at IS NULL RETURNING id""",
        (now, by, *run_ids),
    )
    groups = leave_groups(tx, [row[0] for row in ended])
    tally.add(tx, [(service, "runs", f"cancelled|{trigger}", 1.0) for _, service, trigger in ended])
    return Cancelled(tuple(row[0] for row in ended), tuple(row[0] for row in asked), groups)


def leave_groups(tx: Tx, run_ids: Sequence[int]) -> tuple[str, ...]:
    """Take ended runs out of their groups; the groups they held."""
    if not run_ids:
        return ()
    within = marks(run_ids)
    rows = tx.all(f"DELETE FROM membership WHERE run_id IN ({within}) RETURNING run_group, held", run_ids)
    return tuple(sorted({group for group, held in rows if held}))


_OCCURRENCE = "state = 'queued' AND trigger IN ('schedule', 'catch_up')"


def skip_stopped(tx: Tx, now: float) -> int:
    """Turn waiting occurrences of services that are disabled or gone into skipped ones; how many.

    Under the grant lock.
    """
    rows = tx.all(
        f"""UPDATE run SET state = 'skipped', ended_at = ?,
                reason = (SELECT CASE WHEN s.present THEN 'disabled' ELSE 'switched off' END
                          FROM service s WHERE s.name = run.service)
            WHERE {_OCCURRENCE} AND EXISTS (SELECT 1 FROM service s WHERE s.name = run.service
                                            AND NOT (s.enabled AND s.present))
            RETURNING id, service, planned_count""",
        (now,),
    )
    return _unserved(tx, rows, "skipped")


def miss_away(tx: Tx, now: float, on_time: float) -> int:
    """Turn occurrences bound to a node that is lost or left into missed ones, once their window is over.

    ``on_time``: seconds that a planned time may be late beyond its misfire window. Under the grant lock.
    """
    rows = tx.all(
        f"""UPDATE run SET state = 'missed', ended_at = ?,
                reason = (SELECT 'node ' || n.state FROM node n WHERE n.name = run.for_node)
            WHERE {_OCCURRENCE} AND for_node <> ''
              AND EXISTS (SELECT 1 FROM node n WHERE n.name = run.for_node AND n.state IN ('lost', 'left'))
              AND COALESCE(planned_at, queued_at)
                  < ? - (SELECT s.misfire_window FROM service s WHERE s.name = run.service)
            RETURNING id, service, planned_count""",
        (now, now - on_time),
    )
    return _unserved(tx, rows, "missed")


def _unserved(tx: Tx, rows: Sequence[Row], result: str) -> int:
    leave_groups(tx, [row[0] for row in rows])
    tally.add(tx, [(service, "occurrences", result, float(count)) for _, service, count in rows])
    return len(rows)
