"""What dead runs had claimed is open again: nobody works on it, so nobody will end it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from domain.jobs.tries import LOOK_UPS
from store.tx import Row, Statement, Tx

#: An act that was cut off may still be on its way: so many seconds pass before it is looked up.
SETTLE = 5.0

#: Claimed by a run that has ended, or that goes on under another fence.
DEAD: Statement = (
    """SELECT j.id, j.kind, j.fence, j.begun_at, j.unsure, j.look_ups FROM job j
       WHERE j.state = 'running'
         AND NOT EXISTS (SELECT 1 FROM run r WHERE r.id = j.run_id AND r.fence = j.fence
                         AND r.state = 'running')
       ORDER BY j.id""",
    (),
)

_ATTEMPT = """
    INSERT INTO job_attempt (job_id, n, run_id, node, started_at, ended_at, outcome, error)
    SELECT id, attempts, run_id, node, begun_at, ?, 'lost', 'its run ended meanwhile'
    FROM job WHERE id = ? AND fence = ? AND state = 'running' AND begun_at IS NOT NULL"""

_OPEN_AGAIN = """
    UPDATE job SET state = ?, unsure = ?, not_before = ?, failed_at = COALESCE(?, failed_at),
                   error = COALESCE(?, error), fence = NULL, begun_at = NULL
    WHERE id = ? AND fence = ? AND state = 'running'"""

LOST_SIGHT = (
    f"nobody knows whether it took effect, after {LOOK_UPS} look-ups: "
    "look at the far side, then `jobs control` or `jobs run`"
)


def give_back(tx: Tx, dead: Sequence[Row], now: float, settle: Mapping[str, float]) -> None:
    """Open the jobs that `DEAD` found: unknown if their act had begun, else queued. Under the lock."""
    statements: list[Statement] = []
    for job_id, kind, fence, begun_at, was_unsure, look_ups in dead:
        unsure = bool(was_unsure) or begun_at is not None
        state, failed_at, error = "unknown" if unsure else "queued", None, None
        if was_unsure and begun_at is None and look_ups >= LOOK_UPS:
            # Its look-ups end their processes: the next one would too.
            state, failed_at, error = "failed", now, LOST_SIGHT
        wait = now + settle.get(kind, SETTLE) if begun_at is not None else None
        statements.append((_ATTEMPT, (now, job_id, fence)))
        statements.append((_OPEN_AGAIN, (state, unsure, wait, failed_at, error, job_id, fence)))
    tx.batch(statements)


def reopen(tx: Tx, now: float) -> int:
    """Give back all that dead runs had claimed; how many. Under the lock."""
    dead = tx.all(*DEAD)
    if dead:
        give_back(tx, dead, now, {})
    return len(dead)
