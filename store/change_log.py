"""The audit trail for reading, the newest first, page by page.

Entries are written in order of time, so that a time is found by halving the ids; nothing reads the
whole trail.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from store.pattern import contains
from store.tx import Tx

Rows = list[dict[str, Any]]

#: A page looks through so many entries at most, so that a rare word never reads through all of them.
REACH = 5_000
#: Actions to choose from are those of so many of the newest entries.
RECENT = 2_000


@dataclass(frozen=True)
class Wanted:
    """Each given value narrows. `object` and `actor` are looked for as a part of the text, in any case.

    `since` and `until` are epoch seconds, the last not included.
    """

    actor: str | None = None
    action: str | None = None
    object: str | None = None
    since: float | None = None
    until: float | None = None

    def wheres(self) -> tuple[list[str], list[Any]]:
        """Conditions besides the place in the trail, and their parameters."""
        parts: list[str] = []
        params: list[Any] = []
        for column, text in (("actor", self.actor), ("object", self.object)):
            if text is not None:
                parts.append(f"LOWER(c.{column}) LIKE LOWER(?) ESCAPE '\\'")
                params.append(contains(text))
        for test, value in (
            ("c.action = ?", self.action),
            ("c.at >= ?", self.since),
            ("c.at < ?", self.until),
        ):
            if value is not None:
                parts.append(test)
                params.append(value)
        return parts, params


def page(tx: Tx, wanted: Wanted, limit: int, before: int | None = None) -> tuple[Rows, int | None]:
    """At most `limit` entries older than the id `before`, and the `before` of the next page; None: the last.

    A page may have fewer entries, even none, where `REACH` ended it.
    """
    top = _top(tx) if before is None else before
    if wanted.until is not None:
        top = min(top, _first_since(tx, wanted.until))
    floor = 0 if wanted.since is None else _first_since(tx, wanted.since)
    low = max(floor, top - REACH)
    parts, params = wanted.wheres()
    more = "".join(f" AND {part}" for part in parts)
    rows = tx.dicts(
        f"SELECT c.* FROM change c WHERE c.id < ? AND c.id >= ?{more} ORDER BY c.id DESC LIMIT ?",
        (top, low, *params, limit + 1),
    )
    if len(rows) > limit:
        return rows[:limit], rows[limit - 1]["id"]
    return rows, low if low > max(floor, _bottom(tx)) else None


def every(read: Callable[[], Tx], wanted: Wanted, at_once: int = 500) -> Iterator[dict[str, Any]]:
    """All of them, the newest first; `read` gives a `Tx` for each page, so that none is held meanwhile."""
    before: int | None = None
    while True:
        rows, before = page(read(), wanted, at_once, before)
        yield from rows
        if before is None:
            return


def actions(tx: Tx) -> list[str]:
    """The actions of the newest entries, in order of the alphabet."""
    rows = tx.all("SELECT DISTINCT action FROM change WHERE id > ?", (_top(tx) - RECENT,))
    return sorted(row[0] for row in rows)


def since_id(tx: Tx, after: int, limit: int) -> Rows:
    """The entries after an id, the oldest first."""
    return tx.dicts("SELECT * FROM change WHERE id > ? ORDER BY id LIMIT ?", (after, limit))


def newest(tx: Tx) -> int:
    """The id of the newest entry; 0 if there is none."""
    return _top(tx) - 1


def _top(tx: Tx) -> int:
    """Above every id."""
    return int(tx.value("SELECT COALESCE(MAX(id), 0) FROM change")) + 1


def _bottom(tx: Tx) -> int:
    return int(tx.value("SELECT COALESCE(MIN(id), 0) FROM change"))


def _first_since(tx: Tx, at: float) -> int:
    """The id of the first entry at a time or later; above every id if there is none."""
    low, high = _bottom(tx), _top(tx)
    while low < high:
        middle = (low + high) // 2
        row = tx.one("SELECT id, at FROM change WHERE id >= ? ORDER BY id LIMIT 1", (middle,))
        if row is None or row[1] >= at:
            high = middle
        else:
            low = int(row[0]) + 1
    return low
