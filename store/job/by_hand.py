"""What people do to jobs: each is one guarded UPDATE that says which jobs it met.

The caller holds the job lock, and has given back what dead runs held.
"""

from __future__ import annotations

from collections.abc import Sequence

from domain.jobs.states import sources
from store.job.ended import forget_secrets
from store.tx import Tx, marks

Ids = Sequence[int]


def control(tx: Tx, job_ids: Ids, *, by: str, reason: str | None, now: float) -> list[int]:
    """Somebody did these by hand: they leave the queue as done ones do."""
    return _leave(tx, job_ids, "controlled", by, reason or "done by hand", now)


def cancel(tx: Tx, job_ids: Ids, *, by: str, reason: str | None, now: float) -> list[int]:
    """These are not wanted any more. One that runs is not met: its act cannot be called back."""
    return _leave(tx, job_ids, "cancelled", by, reason, now)


def reactivate(tx: Tx, job_ids: Ids, *, by: str, reason: str | None, now: float) -> list[int]:
    """Take back deletions of which no try was made (machpanel: "Reactivate")."""
    untouched = "deletion AND attempts = 0 AND NOT unsure"
    return _leave(tx, job_ids, "cancelled", by, reason or "reactivated", now, untouched)


def run_now(tx: Tx, job_ids: Ids) -> list[int]:
    """Carry these out as soon as their lane is free, also where nothing runs by itself.

    One that failed gets all its tries again.
    """
    return _ids(
        tx,
        f"""UPDATE job SET state = CASE WHEN unsure THEN 'unknown' ELSE 'queued' END, forced = TRUE,
                   not_before = NULL, tries = CASE WHEN state = 'failed' THEN 0 ELSE tries END,
                   look_ups = 0
            WHERE id IN ({marks(job_ids)}) AND state IN ('queued', 'unknown', 'failed') RETURNING id""",
        job_ids,
    )


def retry_failed(tx: Tx, kind: str | None = None) -> list[int]:
    """All that failed (of a kind) get their tries again; those in doubt are looked up first."""
    return _ids(
        tx,
        f"""UPDATE job SET state = CASE WHEN unsure THEN 'unknown' ELSE 'queued' END,
                   not_before = NULL, tries = 0, look_ups = 0
            WHERE state = 'failed' {"AND kind = ?" if kind is not None else ""} RETURNING id""",
        (kind,) if kind is not None else (),
    )


def hold(tx: Tx, job_ids: Ids, held_reason: str) -> list[int]:
    """Hold back what waits."""
    return _ids(
        tx,
        f"""UPDATE job SET state = 'held', held_reason = ?
            WHERE id IN ({marks(job_ids)}) AND state IN ({marks(sources("held"))}) RETURNING id""",
        (held_reason, *job_ids, *sources("held")),
    )


def release(tx: Tx, job_ids: Ids) -> list[int]:
    """Let what is held go on, in its old place."""
    return _ids(
        tx,
        f"""UPDATE job SET state = CASE WHEN unsure THEN 'unknown' ELSE 'queued' END, held_reason = NULL
            WHERE id IN ({marks(job_ids)}) AND state = 'held' RETURNING id""",
        job_ids,
    )


def hold_kinds(tx: Tx, kinds: Sequence[str], held_reason: str) -> list[int]:
    """Hold back all of these kinds that waits."""
    rows = tx.all(
        f"""SELECT id FROM job WHERE ended_at IS NULL AND state IN ({marks(sources("held"))})
            AND kind IN ({marks(kinds)})""",
        (*sources("held"), *kinds),
    )
    ids = [row[0] for row in rows]
    return hold(tx, ids, held_reason) if ids else []


def release_kinds(tx: Tx, kinds: Sequence[str], held_reason: str) -> list[int]:
    """Release all of these kinds that one reason holds back."""
    rows = tx.all(
        f"""SELECT id FROM job WHERE ended_at IS NULL AND state = 'held' AND held_reason = ?
            AND kind IN ({marks(kinds)})""",
        (held_reason, *kinds),
    )
    ids = [row[0] for row in rows]
    return release(tx, ids) if ids else []


def release_of(tx: Tx, organisation: str, held_reason: str) -> list[int]:
    """Release all that one reason holds back of an organisation (it has paid)."""
    rows = tx.all(
        """SELECT id FROM job WHERE ended_at IS NULL AND organisation = ? AND state = 'held'
           AND held_reason = ?""",
        (organisation, held_reason),
    )
    ids = [row[0] for row in rows]
    return release(tx, ids) if ids else []


def _leave(
    tx: Tx, job_ids: Ids, state: str, by: str, reason: str | None, now: float, only: str = "TRUE"
) -> list[int]:
    before = [each for each in sources(state) if each != "running"]
    met = _ids(
        tx,
        f"""UPDATE job SET state = ?, ended_at = ?, ended_by = ?, reason = ?, held_reason = NULL,
                   not_before = NULL
            WHERE id IN ({marks(job_ids)}) AND state IN ({marks(before)}) AND {only} RETURNING id""",
        (state, now, by, reason, *job_ids, *before),
    )
    forget_secrets(tx, met)
    return met


def _ids(tx: Tx, sql: str, params: Sequence[object]) -> list[int]:
    return sorted(row[0] for row in tx.all(sql, params))
