"""The newest runs of many services in one statement: history is entered by its index, never read through."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from store.tx import Dialect, Row, Tx

#: How many of a service's runs are looked at to find those wanted. Without an end to it, a service
#: whose runs were all merged for a month would have them read each time a page is shown.
LOOK_BACK = 300

#: What the bars of the services page need.
_BARS = "r.id, r.state, r.outcome, r.planned_at, r.started_at, r.ended_at, r.node, r.reason"

#: Skipped and missed ones are among them; of a merged one, the run it was merged into tells.
_ENDED = "ended_at IS NOT NULL AND state <> 'merged' AND trigger <> 'hold'"


def recent(tx: Tx, names: Sequence[str], count: int = 20) -> dict[str, list[dict[str, Any]]]:
    """The last `count` ended runs of each service, the oldest first; a service without any is missing.

    Each has ``id, state, outcome, planned_at, started_at, ended_at, node, reason``; times in UTC epoch
    seconds. Looks back over the newest `LOOK_BACK` runs of each service.
    """
    keys = [part.strip().removeprefix("r.") for part in _BARS.split(",")]
    found: dict[str, list[dict[str, Any]]] = {}
    for service, *values in newest(tx, names, _BARS, _ENDED, count):
        found.setdefault(service, []).append(dict(zip(keys, values, strict=True)))
    for runs in found.values():
        runs.reverse()
    return found


def ended_of(tx: Tx, since: float) -> set[str]:
    """The services of which a run has ended since then (UTC epoch seconds)."""
    # Without DISTINCT: SQLite would read the whole history by service for its sake.
    return {row[0] for row in tx.all("SELECT service FROM run WHERE ended_at >= ?", (since,))}


def newest(tx: Tx, names: Sequence[str], columns: str, where: str, count: int) -> list[Row]:
    """(service, *columns) of the newest `count` runs of each service that are `where`, the newest first.

    `columns` (of ``r``) and `where` are our own text, never a user's. Looks back as `recent` does.
    """
    if not names:
        return []
    rows = tx.all(_text(tx.dialect, len(names), columns, where), (*names, LOOK_BACK, count))
    # The id comes along for the order only: a database may give the joined rows in any.
    rows.sort(key=lambda row: row[1], reverse=True)
    return [(row[0], *row[2:]) for row in rows]


def _text(dialect: Dialect, services: int, columns: str, where: str) -> str:
    asked = ", ".join(["(?)"] * services)
    floor = "SELECT id FROM run WHERE service = n.name ORDER BY id DESC LIMIT 1 OFFSET ?"
    newest = f"""FROM run WHERE service = n.name AND id > COALESCE(({floor}), 0) AND {where}
                 ORDER BY id DESC LIMIT ?"""
    names = f"WITH n (name) AS (VALUES {asked})"
    if dialect == "postgresql":
        return f"{names} SELECT n.name, r.id, {columns} FROM n CROSS JOIN LATERAL (SELECT * {newest}) r"
    # SQLite has no LATERAL; CROSS JOIN keeps it from turning the two tables round.
    return f"""{names} SELECT n.name, r.id, {columns} FROM n CROSS JOIN run r
               WHERE r.id IN (SELECT id {newest})"""
