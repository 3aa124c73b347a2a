"""Tickets by pages, the newest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from store.helpdesk.ticket import SELECT
from store.pattern import contains
from store.tx import Tx

#: Tickets that one page looks through for those that fit.
LOOKED_AT = 5_000


@dataclass(frozen=True)
class Wanted:
    """Which tickets: ``state`` "" means all that are neither deleted nor unconfirmed."""

    state: str = ""
    text: str = ""
    priority: str = ""
    department_id: int | None = None
    assigned_to: int | None = None
    requester: str = ""


def page(
    tx: Tx, wanted: Wanted, limit: int, before: int | None = None
) -> tuple[list[dict[str, Any]], int | None]:
    """At most `limit` tickets with smaller numbers than `before`, and the `before` that goes on, or None.

    A page may be short and still have a next one: it looks through so many as `LOOKED_AT`.
    """
    where, params = _own(wanted)
    first = before if before is not None else 2**62
    inner = f"SELECT i.id FROM ticket i WHERE {where} AND i.id < ? ORDER BY i.id DESC LIMIT {LOOKED_AT}"
    looked = tx.one(f"SELECT COUNT(*), MIN(id) FROM ({inner}) seen", (*params, first))
    more, fits = _rest(wanted)
    rows = tx.dicts(
        f"""{SELECT} WHERE t.id IN ({inner}) {more} ORDER BY t.id DESC LIMIT ?""",
        (*params, first, *fits, limit + 1),
    )
    if len(rows) > limit:
        return rows[:limit], int(rows[limit - 1]["id"])
    return rows, int(looked[1]) if looked and looked[0] == LOOKED_AT else None


def counts(tx: Tx) -> dict[str, int]:
    """How many tickets are in each state."""
    return dict(tx.all("SELECT state, COUNT(*) FROM ticket GROUP BY state"))


def _own(wanted: Wanted) -> tuple[str, list[Any]]:
    """What an index finds."""
    if wanted.requester:
        return "LOWER(i.requester) = LOWER(?)", [wanted.requester]
    if wanted.state:
        return "i.state = ?", [wanted.state]
    return "i.state IN ('open', 'waiting', 'closed')", []


def _rest(wanted: Wanted) -> tuple[str, list[Any]]:
    where: list[str] = []
    params: list[Any] = []
    if wanted.text:
        part = contains(wanted.text)
        alike = [
            f"LOWER({name}) LIKE LOWER(?) ESCAPE '\\'" for name in ("t.subject", "t.requester", "o.name")
        ]
        number = wanted.text.lstrip("#")
        where.append(f"({' OR '.join(alike)} OR CAST(t.id AS TEXT) = ?)")
        params += [part] * len(alike) + [number]
    for column, value in (
        ("t.priority", wanted.priority),
        ("t.department_id", wanted.department_id),
        ("t.assigned_to", wanted.assigned_to),
    ):
        if value not in ("", None):
            where.append(f"{column} = ?")
            params.append(value)
    return "".join(f" AND {each}" for each in where), params
