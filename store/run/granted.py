"""Granting: a queued run gets its fence, its slot and all its groups."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from store.fence import next_fences
from store.run.claimed import ClaimedRun, details_of_runs, read_details
from store.tx import Statement, Tx, marks

#: PostgreSQL draws the fence while it grants; SQLite has no sequences, so there it is drawn before.
_FENCE = {"postgresql": "nextval('fence')", "sqlite": "new.fence"}
#: PostgreSQL must find them by their ids: by the index of all that wait it would walk through these.
_WAITS = {
    "postgresql": "run.id = ANY(?::bigint[]) AND (state = 'queued') IS TRUE",
    "sqlite": "state = 'queued'",
}
_GRANTED = """
    WITH new (id, node, fence) AS ({rows})
    UPDATE run SET state = '{state}', fence = {fence}, node = new.node, granted_at = ?, sent_at = ?,
                   wait_code = NULL, wait_group = NULL, wait_holder = NULL, wait_since = NULL"""
_GRANT = f"""{_GRANTED}
    FROM new WHERE run.id = new.id AND {{waits}} RETURNING run.id, run.fence"""

_GRANT_AND_CLAIM = f"""{_GRANTED},
                   process_id = ?, started_at = ?, attempt = attempt + 1
    FROM new WHERE run.id = new.id AND {{waits}}
      AND EXISTS (SELECT 1 FROM process p WHERE p.id = ? AND p.state = 'up')"""

_HOLD = "UPDATE membership SET held = TRUE WHERE run_id IN ({runs})"

_HOLD_OF = """
    UPDATE membership SET held = TRUE WHERE run_id IN ({runs})
      AND EXISTS (SELECT 1 FROM run WHERE id = run_id AND state = 'running' AND process_id = ?)"""


def grant(tx: Tx, grants: Sequence[tuple[int, str]], now: float, *, grouped: Sequence[int]) -> dict[int, int]:
    """Grant runs given as (run, node); their fences. Under the grant lock only.

    ``grouped``: those of them that have groups.
    """
    if not grants:
        return {}
    sql, values, ids = _granting(tx, _GRANT, "granted", grants)
    statements: list[Statement] = [(sql, (*values, now, now, *ids))]
    if grouped:
        statements.append((_HOLD.format(runs=marks(grouped)), grouped))
    granted, *_ = tx.batch(statements)
    return {row[0]: row[1] for row in granted}


def grant_and_claim(
    tx: Tx, run_ids: Sequence[int], *, grouped: Sequence[int], process_id: int, node: str, now: float
) -> list[ClaimedRun]:
    """Grant runs to this process and claim them in the same step. Under the grant lock only.

    None of them when the process may take nothing any more: it drains, or was given up meanwhile.
    ``grouped``: those of them that have groups.
    """
    if not run_ids:
        return []
    sql, values, ids = _granting(tx, _GRANT_AND_CLAIM, "running", [(run_id, node) for run_id in run_ids])
    statements: list[Statement] = [(sql, (*values, now, now, process_id, now, *ids, process_id))]
    if grouped:
        statements.append((_HOLD_OF.format(runs=marks(grouped)), (*grouped, process_id)))
    *_, details = tx.batch([*statements, details_of_runs(process_id, run_ids)])
    claimed = {run.run_id: run for run in read_details(details, now).values()}
    return [claimed[run_id] for run_id in run_ids if run_id in claimed]


def _granting(
    tx: Tx, sql: str, state: str, grants: Sequence[tuple[int, str]]
) -> tuple[str, Sequence[Any], Sequence[Any]]:
    """The statement, the parameters it begins with, and those that say which runs wait.

    They are in the order of the runs, in which rows are met.
    """
    tx.by_keys()
    fences = [None] * len(grants) if tx.dialect == "postgresql" else next_fences(tx, len(grants))
    rows, values = tx.table(
        ("bigint", "text", "bigint"),
        [(*each, fence) for each, fence in zip(sorted(grants), fences, strict=True)],
    )
    ids = [sorted(run_id for run_id, _ in grants)] if tx.dialect == "postgresql" else []
    text = sql.format(rows=rows, state=state, fence=_FENCE[tx.dialect], waits=_WAITS[tx.dialect])
    return text, values, ids


def begin_holds(tx: Tx, run_ids: Sequence[int], now: float) -> None:
    """Granted holds of daemons run at once: their process is there and asks."""
    if run_ids:
        tx.run(
            f"""UPDATE run SET state = 'running', started_at = ?, attempt = 1
                WHERE state = 'granted' AND trigger = 'hold' AND id IN ({marks(run_ids)})""",
            (now, *run_ids),
        )


def withdraw(tx: Tx, run_ids: Sequence[int]) -> list[int]:
    """Take back grants that nobody claimed: the runs wait again, their groups are free; those it met."""
    if not run_ids:
        return []
    lock(tx, run_ids)
    rows = tx.all(
        f"""UPDATE run SET state = 'queued', node = NULL, fence = NULL, granted_at = NULL, sent_at = NULL
            WHERE state = 'granted' AND id IN ({marks(run_ids)}) RETURNING id""",
        run_ids,
    )
    met = [row[0] for row in rows]
    if met:
        tx.run(f"UPDATE membership SET held = FALSE WHERE run_id IN ({marks(met)})", met)
    return met


def unclaimed(tx: Tx, before: float) -> list[tuple[int, str, str, str, str, int]]:
    """Grants sent before `before` and not claimed: (run, service, for_node, roles, node, fence)."""
    rows = tx.all(
        """SELECT id, service, for_node, roles, node, fence FROM run
           WHERE state IN ('granted', 'running') AND state = 'granted' AND sent_at <= ?
           ORDER BY +id""",
        (before,),
    )
    return [(row[0], row[1], row[2], row[3], row[4], row[5]) for row in rows]


def sent_again(tx: Tx, run_ids: Sequence[int], now: float) -> None:
    """Note that the run messages of these grants were published once more."""
    if run_ids:
        lock(tx, run_ids)
        within = marks(run_ids)
        tx.run(f"UPDATE run SET sent_at = ? WHERE state = 'granted' AND id IN ({within})", (now, *run_ids))


def lock(tx: Tx, run_ids: Sequence[int]) -> None:
    """Lock these runs' rows, lowest id first, against the claims and ends of their workers."""
    if tx.dialect == "postgresql" and run_ids:
        tx.all(f"SELECT id FROM run WHERE id IN ({marks(run_ids)}) ORDER BY id FOR UPDATE", run_ids)


def granted_of(tx: Tx, service: str | None = None) -> list[int]:
    """The runs (of one service) that are granted and not claimed."""
    which, params = ("", ()) if service is None else (" AND service = ?", (service,))
    granted = "state IN ('granted', 'running') AND state = 'granted'"
    rows = tx.all(f"SELECT id FROM run WHERE {granted}{which} ORDER BY +id", params)
    return [row[0] for row in rows]
