"""Which jobs may be carried out now, but for their lanes: one rule for claims and for sentences."""

from __future__ import annotations

from domain.jobs.lanes import Limits
from store.tx import Statement, marks


def ready(alias: str, limits: Limits, now: float) -> Statement:
    """The condition on the job named `alias`, and its parameters.

    It waits, its time has come, its kind is processed automatically (or it was run by hand), and no
    older job of its object is open, whatever its state.
    """
    automatic, off = "TRUE", sorted(limits.not_automatic)
    if not limits.automatic:
        automatic, off = f"{alias}.forced", []
    elif off:
        automatic = f"({alias}.forced OR {alias}.kind NOT IN ({marks(off)}))"
    sql = f"""{alias}.ended_at IS NULL AND {alias}.state IN ('queued', 'unknown')
        AND ({alias}.not_before IS NULL OR {alias}.not_before <= ?) AND {automatic}
        AND ({alias}.object = '' OR NOT EXISTS (
                SELECT 1 FROM job o WHERE o.ended_at IS NULL AND o.organisation = {alias}.organisation
                AND o.backend = {alias}.backend AND o.object = {alias}.object AND o.id < {alias}.id))"""
    return sql, (now, *off)
