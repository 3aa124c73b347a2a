"""Calls as people look for them: the newest day first, and in it what was rated last.

A page is read day by day through the indexes of a day, never through all calls; after `MOST` calls of days
without a match it ends, and the next one goes on there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from domain.money import LARGEST
from store.calls import newest
from store.pattern import begins
from store.tx import Tx, marks

#: Calls of days that one page looks through.
MOST = 2_000_000

_SHOWN = """
    SELECT x.*, o.name AS client, a.name AS account, c.code AS currency, t.name AS rate_table,
           tc.code AS table_currency, f.name AS file
    FROM xdr x LEFT JOIN organisation o ON o.id = x.client_id
    LEFT JOIN voice_account a ON a.id = x.account_id
    LEFT JOIN voice_client v ON v.organisation_id = x.client_id AND v.archived_at IS NULL
    LEFT JOIN currency c ON c.id = v.currency_id
    LEFT JOIN rate_table t ON t.id = x.table_id LEFT JOIN currency tc ON tc.id = t.currency_id
    LEFT JOIN xdr_file f ON f.id = x.file_id
    WHERE {day} = ? AND x.id IN ({ids}) ORDER BY x.id DESC"""


@dataclass(frozen=True)
class Search:
    """Each given value narrows. `first`, `last`: days since 1970; `number`: how the called number begins.

    `reason`: a number of `domain.rating.at_work.Reason`; `mismatched`: any but RATED.
    """

    first: int
    last: int
    client_id: int | None = None
    number: str = ""
    status: int | None = None
    origin: int | None = None
    gateway: str = ""
    reason: int | None = None
    mismatched: bool = False

    def wheres(self) -> tuple[str, list[Any]]:
        """`` AND …`` and its parameters."""
        parts: list[str] = []
        params: list[Any] = []
        for column in ("client_id", "status", "origin", "reason"):
            if (value := getattr(self, column)) is not None:
                parts.append(f" AND {column} = ?")
                params.append(value)
        if self.gateway:
            parts.append(" AND gateway = ?")
            params.append(self.gateway)
        if self.number:
            parts.append(" AND dst LIKE ? ESCAPE '\\'")
            params.append(begins(self.number))
        if self.is_of_mismatches:
            parts.append(" AND reason <> 0")
        return "".join(parts), params

    @property
    def is_of_mismatches(self) -> bool:
        """Whether it asks for calls without a charge only."""
        return self.mismatched or bool(self.reason)


class Place(NamedTuple):
    """Where a page ended: what comes next lies before this."""

    day: int
    id: int


def page(
    tx: Tx, search: Search, limit: int, before: Place | None = None
) -> tuple[list[dict[str, Any]], Place | None]:
    """So many calls, and where the next page begins; None after the last."""
    found: list[Place] = []
    looked = 0
    for day, legs in _days(tx, search, before):
        if looked and looked + legs > MOST:
            return _rows(tx, found), Place(day, LARGEST)
        looked += legs
        under = before.id if before and before.day == day else None
        found += [Place(day, each) for each in _ids(tx, search, day, legs, under, limit + 1 - len(found))]
        if len(found) > limit:
            return _rows(tx, found[:limit]), found[limit - 1]
    return _rows(tx, found), None


def one(tx: Tx, day: int, call_id: int) -> dict[str, Any] | None:
    """One call; None if it is not in the table."""
    rows = _shown(tx, day, [call_id])
    return rows[0] if rows else None


def _days(tx: Tx, search: Search, before: Place | None) -> list[tuple[int, int]]:
    last = min(search.last, before.day) if before else search.last
    rows = tx.all(
        "SELECT day, legs FROM call_day WHERE day BETWEEN ? AND ? ORDER BY day DESC", (search.first, last)
    )
    return [(row[0], row[1]) for row in rows]


def _ids(tx: Tx, search: Search, day: int, legs: int, under: int | None, limit: int) -> list[int]:
    where, params = search.wheres()
    by_index = search.client_id is not None or search.is_of_mismatches
    return newest.ids(tx, day, legs, where, params, by_index=by_index, under=under, limit=limit)


def _rows(tx: Tx, places: list[Place]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for day in dict.fromkeys(place.day for place in places):
        ids = [place.id for place in places if place.day == day]
        found += _shown(tx, day, ids)
    return found


def _shown(tx: Tx, day: int, ids: list[int]) -> list[dict[str, Any]]:
    # SQLite would read all of the day by an index that begins with it; PostgreSQL needs the partition's day.
    column = "x.day" if tx.dialect == "postgresql" else "+x.day"
    return tx.dicts(_SHOWN.format(day=column, ids=marks(ids)), (day, *ids))
