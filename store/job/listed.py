"""Jobs for reading: the queue, the log, one job, and what stands before each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from domain.jobs.lanes import Limits
from domain.jobs.states import FINAL
from store.job.ready import ready
from store.job.search import Search
from store.tx import Statement, Tx, marks

Rows = list[dict[str, Any]]

#: With each open job: the oldest open one of its object that stands before it, the one at work in
#: its lane, and the oldest there that is before it and ready.
_BEFORE = """
    (SELECT MIN(o.id) FROM job o WHERE o.ended_at IS NULL AND j.ended_at IS NULL AND j.object <> ''
     AND o.organisation = j.organisation AND o.backend = j.backend AND o.object = j.object
     AND o.id < j.id) AS object_job,
    (SELECT MIN(r.id) FROM job r WHERE j.ended_at IS NULL AND r.state = 'running'
     AND r.organisation = j.organisation AND r.backend = j.backend AND r.id <> j.id) AS lane_job,
    (SELECT MIN(w.id) FROM job w WHERE {ready} AND w.id < j.id AND j.ended_at IS NULL
     AND w.organisation = j.organisation AND w.backend = j.backend) AS ahead_job"""


def jobs(
    tx: Tx,
    *,
    limits: Limits,
    now: float,
    states: Sequence[str],
    search: Search,
    limit: int = 50,
    newest_first: bool = False,
    after: int | None = None,
) -> Rows:
    """Jobs in these states, in the order they were added or the newest first; after that one, if given."""
    before, before_params = _before(limits, now)
    wheres, params = search.wheres()
    place = "j.id"
    if not set(states) & set(FINAL):
        # Open jobs are found by their own index: by their ids, the whole log would be read through.
        wheres += " AND j.ended_at IS NULL"
        place = "+j.id"
    if after is not None:
        wheres += f" AND {place} {'<' if newest_first else '>'} ?"
        params.append(after)
    order = "DESC" if newest_first else "ASC"
    return tx.dicts(
        f"""SELECT j.*, {before} FROM job j WHERE j.state IN ({marks(states)}){wheres}
            ORDER BY {place} {order} LIMIT ?""",
        (*before_params, *states, *params, limit),
    )


def by_id(tx: Tx, job_ids: Sequence[int], limits: Limits, now: float) -> dict[int, dict[str, Any]]:
    """These jobs by id; those that do not exist are missing."""
    if not job_ids:
        return {}
    before, params = _before(limits, now)
    sql = f"SELECT j.*, {before} FROM job j WHERE j.id IN ({marks(job_ids)})"
    return {row["id"]: row for row in tx.dicts(sql, (*params, *job_ids))}


def rows(tx: Tx, job_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """The same, as the table has them."""
    found = tx.dicts(f"SELECT * FROM job WHERE id IN ({marks(job_ids)})", job_ids) if job_ids else []
    return {row["id"]: row for row in found}


def states_of(tx: Tx, job_ids: Sequence[int]) -> dict[int, str]:
    """The state of each of these jobs."""
    if not job_ids:
        return {}
    return dict(tx.all(f"SELECT id, state FROM job WHERE id IN ({marks(job_ids)})", job_ids))


def attempts(tx: Tx, job_id: int) -> Rows:
    """The tries of a job that have ended, in order."""
    return tx.dicts("SELECT * FROM job_attempt WHERE job_id = ? ORDER BY n", (job_id,))


def counts(tx: Tx) -> dict[tuple[str, str], int]:
    """(kind, state) -> how many are open."""
    rows = tx.all("SELECT kind, state, COUNT(*) FROM job WHERE ended_at IS NULL GROUP BY kind, state")
    return {(kind, state): count for kind, state, count in rows}


def organisations(tx: Tx, limit: int) -> list[str]:
    """Those that have open jobs, by name."""
    sql = "SELECT DISTINCT organisation FROM job WHERE ended_at IS NULL ORDER BY organisation LIMIT ?"
    return [row[0] for row in tx.all(sql, (limit,))]


def oldest_queued(tx: Tx) -> dict[str, float]:
    """kind -> when the oldest of those that wait was added."""
    return dict(
        tx.all(
            """SELECT kind, MIN(added_at) FROM job
               WHERE ended_at IS NULL AND state IN ('queued', 'unknown') GROUP BY kind"""
        )
    )


def _before(limits: Limits, now: float) -> Statement:
    condition, params = ready("w", limits, now)
    return _BEFORE.format(ready=condition), params


def held_for(tx: Tx, reason: str) -> dict[str, int]:
    """kind -> how many of its jobs are held for this reason."""
    sql = """SELECT kind, COUNT(*) FROM job
             WHERE ended_at IS NULL AND state = 'held' AND held_reason = ? GROUP BY kind"""
    return dict(tx.all(sql, (reason,)))
