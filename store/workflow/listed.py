"""Runs of workflows for reading, the newest first, page by page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from store.tx import Tx, marks

Rows = list[dict[str, Any]]
STATES = ("running", "done", "failed", "refused", "dropped")


def page(tx: Tx, workflow_id: int | None, limit: int, before: int | None = None) -> tuple[Rows, int | None]:
    """Runs with numbers below `before`, of one workflow or all; and the `before` of the next page or None."""
    only, params = ("AND r.workflow_id = ?", (workflow_id,)) if workflow_id is not None else ("", ())
    rows = tx.dicts(
        f"""SELECT r.*, w.name AS workflow FROM workflow_run r JOIN workflow w ON w.id = r.workflow_id
            WHERE r.id < ? {only} ORDER BY r.id DESC LIMIT ?""",
        (before if before is not None else 2**63 - 1, *params, limit + 1),
    )
    return rows[:limit], rows[limit - 1]["id"] if len(rows) > limit else None


def one(tx: Tx, run_id: int) -> dict[str, Any] | None:
    """A run, or None."""
    rows = tx.dicts(
        """SELECT r.*, w.name AS workflow FROM workflow_run r JOIN workflow w ON w.id = r.workflow_id
           WHERE r.id = ?""",
        (run_id,),
    )
    return rows[0] if rows else None


def steps(tx: Tx, run_ids: Sequence[int]) -> dict[int, Rows]:
    """The steps of these runs, in order."""
    found: dict[int, Rows] = {each: [] for each in run_ids}
    if run_ids:
        sql = f"SELECT * FROM workflow_step WHERE run_id IN ({marks(run_ids)}) ORDER BY run_id, n"
        for row in tx.dicts(sql, run_ids):
            found[row["run_id"]].append(row)
    return found


def last(tx: Tx, workflow_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """The last run of each, of those that have one."""
    if not workflow_ids:
        return {}
    rows = tx.dicts(
        f"""SELECT * FROM workflow_run WHERE id IN (
                SELECT (SELECT MAX(r.id) FROM workflow_run r WHERE r.workflow_id = w.id)
                FROM workflow w WHERE w.id IN ({marks(workflow_ids)}))""",
        tuple(workflow_ids),
    )
    return {row["workflow_id"]: row for row in rows}
