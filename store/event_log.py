"""The event log for reading, the newest first, page by page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from store.pattern import contains
from store.tx import Tx

Rows = list[dict[str, Any]]
#: (when an event happened in epoch seconds, its id): a page goes on after it.
Place = tuple[float, int]

#: A page looks through so many events at most, so that a rare word never reads through the whole log.
REACH = 5_000
#: Types and senders to choose from are those of so many of the newest events.
RECENT = 2_000

_NEWEST = """
    FROM event WHERE (at, id) < (?, ?) AND at >= ? ORDER BY at DESC, id DESC LIMIT ?"""
#: After every place.
_TOP: Place = (1e18, 2**63 - 1)


@dataclass(frozen=True)
class Wanted:
    """Each given value narrows. `since` and `until` are epoch seconds, the last not included."""

    type: str | None = None
    severity: str | None = None
    sender: str | None = None
    tag: str | None = None
    text: str | None = None
    since: float | None = None
    until: float | None = None

    def wheres(self) -> tuple[list[str], list[Any]]:
        """Conditions on the table `e` besides the time, and their parameters."""
        parts: list[str] = []
        params: list[Any] = []
        for column in ("type", "severity", "sender"):
            value = getattr(self, column)
            if value is not None:
                parts.append(f"e.{column} = ?")
                params.append(value)
        if self.tag is not None:
            parts.append("' ' || LOWER(e.tags) || ' ' LIKE LOWER(?) ESCAPE '\\'")
            params.append(contains(f" {self.tag} "))
        if self.text is not None:
            parts.append("LOWER(e.text) LIKE LOWER(?) ESCAPE '\\'")
            params.append(contains(self.text))
        return parts, params


def page(tx: Tx, wanted: Wanted, limit: int, after: Place | None = None) -> tuple[Rows, Place | None]:
    """At most `limit` events, and where the next page begins; None after the last."""
    parts, params = wanted.wheres()
    start = after or _TOP
    if wanted.until is not None:
        start = min(start, (wanted.until, 0))
    since = -1e18 if wanted.since is None else wanted.since
    rows = tx.dicts(
        f"""SELECT e.* FROM (SELECT * {_NEWEST}) e {"WHERE" if parts else ""} {" AND ".join(parts)}
            ORDER BY e.at DESC, e.id DESC LIMIT ?""",
        (*start, since, REACH if parts else limit + 1, *params, limit + 1),
    )
    if len(rows) > limit:
        last = rows[limit - 1]
        return rows[:limit], (last["at"], last["id"])
    if not parts:
        return rows, None
    found = tx.all(f"SELECT at, id {_NEWEST} OFFSET ?", (*start, since, 1, REACH - 1))
    return rows, ((found[0][0], found[0][1]) if found else None)


def choices(tx: Tx) -> tuple[list[str], list[str]]:
    """The types and the senders of the newest events, in order of the alphabet."""
    rows = tx.all(
        "SELECT DISTINCT type, sender FROM (SELECT type, sender FROM event ORDER BY id DESC LIMIT ?) e",
        (RECENT,),
    )
    return sorted({row[0] for row in rows}), sorted({row[1] for row in rows})
