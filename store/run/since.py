"""Runs of one service since a time. Runs are found by their ids, which grow as they are asked for."""

from __future__ import annotations

from typing import Any

from store.run import lookup
from store.tx import Tx

#: A run takes at most this long from asked for to its end, in s; one that takes longer may be missed
#: among those that have ended (among the open ones it never is).
LONGEST = 86_400.0

_COLUMNS = """id, service, for_node, trigger, state, outcome, reason, planned_at, requested_at, queued_at,
    granted_at, started_at, ended_at, node"""


def older_than() -> str:
    """SQL for an id; every run of a greater one, and no run of a smaller one, can matter since a time.

    Its parameter is that time less `LONGEST`: what was asked for before a run that had ended by then
    is older than that.
    """
    return """SELECT COALESCE((SELECT id FROM run WHERE ended_at < ? ORDER BY ended_at DESC LIMIT 1), 0)"""


def since(tx: Tx, service: str, at: float, most: int) -> tuple[list[dict[str, Any]], int]:
    """The service's runs not ended by `at` (UTC epoch seconds), the newest first; how many are left out.

    Open ones are all there, of the ended ones the newest `most`; merged ones and holds are not.
    """
    # `+ 0`: by the service alone; PostgreSQL would also read the index of all that ended since then.
    floor = tx.value(older_than(), (at - LONGEST,))
    where = """service = ? AND id > ? AND ended_at + 0 >= ? AND state <> 'merged' AND trigger <> 'hold'"""
    newest = f"SELECT {_COLUMNS} FROM run WHERE {where} ORDER BY id DESC LIMIT ?"
    ended = tx.dicts(newest, (service, floor, at, most), long=True)
    left = 0
    if len(ended) == most:
        older = tx.value(
            f"SELECT COUNT(*) FROM run WHERE {where} AND id < ?", (service, floor, at, ended[-1]["id"])
        )
        left = int(older)
    open_ids = [row["id"] for row in lookup.open_runs(tx).get(service, [])]
    opened = [row for row in lookup.by_id(tx, open_ids).values() if row["trigger"] != "hold"]
    return sorted(opened, key=lambda row: -row["id"]) + ended, left
