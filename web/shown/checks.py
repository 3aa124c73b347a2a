"""Checks as ``tickworks checks --json``, the API and the page show them, and what one of them found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from domain.time.clock import rfc3339
from store.monitoring import listed
from store.tx import Tx

Shown = dict[str, Any]

#: The worst first. `off`: the check or its server is not active; `unknown`: nobody has looked yet.
STATES = ("failed", "warning", "unknown", "good", "off")


def listing(tx: Tx, *, server_id: int | None = None) -> list[Shown]:
    """Every check that is not archived, the worst first, then by server and name."""
    shown = [_check(row) for row in listed.checks(tx, server_id)]
    return sorted(shown, key=lambda row: STATES.index(row["state"]))


def chosen(
    rows: Sequence[Shown], *, q: str = "", state: str = "", kind: str = "", group: str = ""
) -> list[Shown]:
    """Those that fit: `q` is a part of the server, the name, the target or the text, in any case."""
    part = q.casefold()
    return [
        row
        for row in rows
        if state in ("", row["state"])
        and kind in ("", row["kind"])
        and group in ("", row["group"])
        and any(part in row[field].casefold() for field in ("server", "name", "target", "text"))
    ]


def counts(rows: Sequence[Shown]) -> dict[str, int]:
    """How many are in each state."""
    found = Counter(row["state"] for row in rows)
    return {state: found[state] for state in STATES}


def results(tx: Tx, check_id: int, *, before: int | None = None, limit: int = 100) -> Shown:
    """``{results, next}``: what the last looks found, the newest first; `next` is the next `before`."""
    rows = listed.results(tx, check_id, limit=limit + 1, before=before)
    shown = [
        {
            "id": row["id"],
            "at": rfc3339(row["at"]),
            "state": row["level"],
            "text": row["text"],
            "value": row["value"],
            "took": row["took"],
        }
        for row in rows[:limit]
    ]
    return {"results": shown, "next": shown[-1]["id"] if len(rows) > limit else None}


def _check(row: Mapping[str, Any]) -> Shown:
    looked = row["looked_at"] is not None
    return {
        "id": row["id"],
        "server": row["server"],
        "name": row["name"],
        "group": row["server_group"],
        "kind": row["kind"],
        "target": row["target"],
        "state": row["level"] if row["enabled"] else "off",
        "since": rfc3339(row["level_since"]),
        "text": row["text"],
        "value": row["value"],
        "unit": row["unit"],
        "took": row["took"],
        "looked_at": rfc3339(row["looked_at"]),
        "next_due": rfc3339(row["due_at"]) if row["enabled"] else None,
        "interval": row["interval"],
        "failures": row["fails"] if looked else 0,
        "alert": row["is_open"] and row["enabled"],
    }
