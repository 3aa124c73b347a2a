"""The claim: a run takes the heads of free lanes, all in one guarded step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain.jobs.lanes import Head, KindLimits, Limits, choose
from store.job import limits as live
from store.job.given_back import DEAD, give_back
from store.job.lock import first
from store.job.ready import ready
from store.tx import Statement, Tx, marks

#: The run is still its own under this fence.
RUN_LIVES = "EXISTS (SELECT 1 FROM run WHERE run.id = ? AND run.fence = ? AND run.state = 'running')"


@dataclass(frozen=True)
class Claimer:
    """The run that claims: its id, its fence and where it runs."""

    run_id: int
    fence: int
    node: str


#: The oldest job of each lane that may be carried out now. A lane with a job at work has no head.
_HEADS = """
    SELECT h.id, h.kind, h.priority FROM job h WHERE h.id IN (
        SELECT MIN(j.id) FROM job j
        WHERE {ready}
          AND NOT EXISTS (SELECT 1 FROM job r WHERE r.organisation = j.organisation
                          AND r.backend = j.backend AND r.state = 'running')
        GROUP BY j.organisation, j.backend)
      AND h.kind IN ({kinds})"""

#: What is left to do for organisations that are archived, under no name that is there again.
_HOLD_ARCHIVED: Statement = (
    """UPDATE job SET state = 'held', held_reason = 'archived'
       WHERE ended_at IS NULL AND state IN ('queued', 'unknown') AND organisation IN (
           SELECT a.name FROM organisation a WHERE a.archived_at IS NOT NULL AND NOT EXISTS (
               SELECT 1 FROM organisation l
               WHERE LOWER(l.name) = LOWER(a.name) AND l.archived_at IS NULL))""",
    (),
)

_RUNNING: Statement = ("SELECT kind, COUNT(*) FROM job WHERE state = 'running' GROUP BY kind", ())

#: A claim of an unsure job is for looking it up, and counted as such.
_CLAIM = f"""
    UPDATE job SET state = 'running', run_id = ?, fence = ?, node = ?, claimed_at = ?, begun_at = NULL,
                   forced = FALSE, look_ups = look_ups + CASE WHEN unsure THEN 1 ELSE 0 END
    WHERE id IN ({{ids}}) AND state IN ('queued', 'unknown') AND {RUN_LIVES}
    RETURNING id, kind, organisation, backend, object, args, own_key, tries, look_ups, unsure"""

_COLUMNS = (
    *("id", "kind", "organisation", "backend", "object", "args", "own_key", "tries", "look_ups"),
    "unsure",
)


def claim(
    tx: Tx,
    claimer: Claimer,
    kinds: Mapping[str, KindLimits],
    most: int,
    now: float,
    settle: Mapping[str, float] | None = None,
) -> list[dict[str, Any]]:
    """At most `most` jobs of these kinds, the first to be done first; empty when none may run.

    What dead runs had claimed is given back before, so that nothing stays claimed by nobody;
    ``settle``: how many seconds a kind's act may take to show. Three round trips, however many.
    """
    if most < 1 or not kinds:
        return []
    *_, stored, dead = tx.batch([*first(tx), _HOLD_ARCHIVED, live.STORED, DEAD])
    if dead:
        give_back(tx, dead, now, settle or {})
    limits = live.read(stored[0][0] if stored else None, kinds)
    heads, running = tx.batch([_heads(sorted(kinds), limits, now), _RUNNING])
    counts: dict[str, int] = dict(running)
    ids = choose([Head(*row) for row in heads], counts, limits, most)
    if not ids:
        return []
    values = (claimer.run_id, claimer.fence, claimer.node, now, *ids, claimer.run_id, claimer.fence)
    rows = tx.all(_CLAIM.format(ids=marks(ids)), values)
    claimed = {row[0]: dict(zip(_COLUMNS, row, strict=True)) for row in rows}
    return [claimed[each] for each in ids if each in claimed]


def begin(tx: Tx, claimer: Claimer, job_ids: Sequence[int], now: float) -> set[int]:
    """The acts of these jobs begin: a try is counted. The ids of those that are still ours to do."""
    if not job_ids:
        return set()
    sql = f"""UPDATE job SET begun_at = ?, tries = tries + 1, attempts = attempts + 1
              WHERE id IN ({marks(job_ids)}) AND state = 'running' AND fence = ? AND {RUN_LIVES}
              RETURNING id"""
    values = (now, *job_ids, claimer.fence, claimer.run_id, claimer.fence)
    return {row[0] for row in tx.batch([*first(tx), (sql, values)])[-1]}


def _heads(kinds: Sequence[str], limits: Limits, now: float) -> Statement:
    condition, params = ready("j", limits, now)
    return (_HEADS.format(ready=condition, kinds=marks(kinds)), (*params, *kinds))
