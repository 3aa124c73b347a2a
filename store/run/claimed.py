"""The claim: a worker makes a granted run its own, in one guarded step."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from store.tx import Statement, Tx, marks


@dataclass(frozen=True, slots=True)
class ClaimedRun:
    """All that a worker needs to execute one attempt; times in epoch seconds, spans in seconds."""

    run_id: int
    service: str
    attempt: int
    fence: int
    trigger: str
    args: Mapping[str, Any]
    step: int | None
    options: Mapping[str, Any]
    time_limit: float
    retries: int
    retry_lost: bool
    logging: bool
    groups: tuple[str, ...]
    planned_at: int | None
    queued_at: float
    granted_at: float
    started_at: float


_CLAIM = """
    UPDATE run SET state = 'running', process_id = ?, node = ?, started_at = ?, attempt = attempt + 1
    WHERE id = ? AND fence = ? AND state = 'granted' AND cancel_at IS NULL
      AND EXISTS (SELECT 1 FROM process p JOIN node n ON n.name = p.node AND n.state = 'up'
                  WHERE p.id = ? AND p.state = 'up')
      AND (trigger NOT IN ('schedule', 'catch_up')
           OR EXISTS (SELECT 1 FROM service s WHERE s.name = run.service AND s.enabled))
    RETURNING id"""

_DETAILS = """
    SELECT r.id, r.service, r.attempt, r.fence, r.trigger, r.args, r.step, s.options, s.time_limit, s.retries,
           s.retry_lost, s.logging, s.logging_until, r.run_groups, r.planned_at, r.queued_at, r.granted_at,
           r.started_at
    FROM run r JOIN service s ON s.name = r.service
    WHERE r.state IN ('granted', 'running') AND r.state = 'running' AND r.process_id = ?
      AND r.{key} IN ({values})"""


def claim(
    tx: Tx, wanted: Sequence[tuple[int, int]], *, process_id: int, node: str, now: float
) -> dict[int, ClaimedRun]:
    """Claim granted runs given as (run, fence); those that were ours to take, by fence.

    A run that is missing from the answer went another way: claimed already, cancelled, withdrawn.
    """
    if not wanted:
        return {}
    tried = sorted(set(wanted))
    statements: list[Statement] = [
        (_CLAIM, (process_id, node, now, run_id, fence, process_id)) for run_id, fence in tried
    ]
    statements.append(details_of(process_id, [fence for _, fence in tried]))
    *claims, details = tx.batch(statements)
    # A message that comes again while its run is executed here must not find it: it would start twice.
    mine = {fence for (_, fence), met in zip(tried, claims, strict=True) if met}
    return read_details([row for row in details if row[3] in mine], now)


def details_of(process_id: int, fences: Sequence[int]) -> Statement:
    """The running runs of a process with these fences."""
    return (_DETAILS.format(key="fence", values=marks(fences)), (process_id, *fences))


def details_of_runs(process_id: int, run_ids: Sequence[int]) -> Statement:
    """The same of those that the process runs among these."""
    return (_DETAILS.format(key="id", values=marks(run_ids)), (process_id, *run_ids))


def read_details(rows: Sequence[tuple[Any, ...]], now: float) -> dict[int, ClaimedRun]:
    """The answer of `details_of` or `details_of_runs`, by fence."""
    return {row[3]: _claimed(row, now) for row in rows}


def _claimed(row: tuple[Any, ...], now: float) -> ClaimedRun:
    logging_on = bool(row[11]) and (row[12] is None or row[12] > now)
    return ClaimedRun(
        run_id=row[0],
        service=row[1],
        attempt=row[2],
        fence=row[3],
        trigger=row[4],
        args=json.loads(row[5]),
        step=row[6],
        options=json.loads(row[7]),
        time_limit=row[8],
        retries=row[9],
        retry_lost=bool(row[10]),
        logging=logging_on,
        groups=tuple(row[13].split()),
        planned_at=row[14],
        queued_at=row[15],
        granted_at=row[16],
        started_at=row[17],
    )
