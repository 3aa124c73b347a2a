"""The end of a try or of a look-up: guarded by its fence, so a late word changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from config.known_secrets import hidden
from store.job.lock import first
from store.tx import Statement, Tx, marks

#: Error texts are for reading, not for keeping dumps.
MAX_TEXT = 4_000


@dataclass(frozen=True)
class JobEnd:
    """How a claimed job is left. `outcome` is what its handler said, `state` what follows from it.

    `unsure`: whether its act took effect is open. `again_at`: when it may be claimed, if it may.
    `sealed`: it has a secret, which goes when it is done.
    """

    job_id: int
    fence: int
    outcome: str
    state: str
    at: float
    unsure: bool = False
    again_at: float | None = None
    message: str = ""
    sealed: bool = False


_ATTEMPT = """
    INSERT INTO job_attempt (job_id, n, run_id, node, started_at, ended_at, outcome, error)
    SELECT id, attempts, run_id, node, begun_at, ?, ?, ?
    FROM job WHERE id = ? AND fence = ? AND state = 'running' AND begun_at IS NOT NULL"""

_END = """
    UPDATE job SET state = ?, unsure = ?, not_before = ?, message = ?, error = ?,
                   failed_at = COALESCE(?, failed_at), ended_at = ?, fence = NULL, begun_at = NULL
    WHERE id = ? AND fence = ? AND state = 'running' RETURNING id"""


_FORGET = """
    DELETE FROM secret WHERE name IN (
        SELECT 'job.' || own_key FROM job WHERE id IN ({ids}) AND ended_at IS NOT NULL)"""


def end(tx: Tx, ends: Sequence[JobEnd]) -> set[int]:
    """Write these ends in one round trip; the ids of those that were still ours to end."""
    statements: list[Statement] = []
    for each in sorted(ends, key=lambda one: one.job_id):
        statements += _statements(each)
    if not statements:
        return set()
    answers = tx.batch([*first(tx), *statements])
    forget_secrets(tx, [each.job_id for each in ends if each.sealed and each.state == "done"])
    return {row[0] for answer in answers[-len(statements) :][1::2] for row in answer}


def forget_secrets(tx: Tx, job_ids: Sequence[int]) -> None:
    """Take away what was sealed for these jobs, of those that have ended."""
    if job_ids:
        tx.run(_FORGET.format(ids=marks(job_ids)), tuple(job_ids))


def _statements(each: JobEnd) -> list[Statement]:
    text = hidden(each.message)[:MAX_TEXT] or None
    good = each.outcome == "done"
    failed_at = each.at if each.state == "failed" else None
    ended_at = each.at if each.state == "done" else None
    where = (each.job_id, each.fence)
    return [
        (_ATTEMPT, (each.at, each.outcome, None if good else text, *where)),
        (
            _END,
            (
                *(each.state, each.unsure, each.again_at, text if good else None, None if good else text),
                *(failed_at, ended_at, *where),
            ),
        ),
    ]
