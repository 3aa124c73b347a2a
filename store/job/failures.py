"""The jobs that failed within a period, for a digest: whoever mails it asks once for each period."""

from __future__ import annotations

from typing import NamedTuple

from store.tx import Tx


class Failure(NamedTuple):
    """A job that has used up its tries and waits for a person; `at` in epoch seconds."""

    job_id: int
    kind: str
    organisation: str
    object: str
    tries: int
    error: str
    at: float


def failures_since(tx: Tx, at: float, until: float | None = None) -> list[Failure]:
    """Those that failed from `at` on and before `until`, the oldest first.

    Periods that meet hold each failure once. One that was put right meanwhile is left out.
    """
    before = "AND failed_at < ?" if until is not None else ""
    rows = tx.all(
        f"""SELECT id, kind, organisation, object, tries, COALESCE(error, ''), failed_at FROM job
            WHERE state = 'failed' AND failed_at >= ? {before} ORDER BY failed_at, id""",
        (at,) if until is None else (at, until),
    )
    return [Failure(*row) for row in rows]
