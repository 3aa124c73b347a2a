"""Legs without a charge are tried again once something changed by which they could have one.

The newest first, a portion at a time, through all of them; then not before the next change. After a restart
they are gone through once more, which changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from actors.calculating.again import compare, write
from actors.calculating.books import Books
from domain.calls.row import Rows
from store import database
from store.calls import stored

#: Behind the last day there is.
_END = 2**31 - 1


class Mismatched:
    """How far the present book has been tried: `most` legs at a time, 0 for never."""

    def __init__(self, books: Books, most: int, node: str) -> None:
        self._books, self._most, self._node = books, most, node
        self._version = ""
        self._next: tuple[int, int] | None = None

    def wanted(self) -> bool:
        """Whether there may be any that were not tried by the present book."""
        if not self._most:
            return False
        version = self._books.version()
        if version != self._version:
            self._version, self._next = version, (_END, 0)
        return self._next is not None and bool(
            database.read().value("SELECT 1 FROM xdr WHERE reason <> 0 LIMIT 1")
        )

    def take(self, fence: int, now: float, look: Callable[[], object]) -> int:
        """Try the next portion; how many have another result now. `look` may raise to end it."""
        legs = self._portion()
        if not len(legs):
            self._next = None
            return 0
        look()
        known = self._books.now()
        found = compare(known.book, legs)
        done = database.write(
            lambda tx: write(
                tx,
                known.book,
                found,
                kind="calls",
                invoiced="refuse",
                fence=fence,
                node=self._node,
                rerating_id=None,
                now=now,
            )
        )
        self._next = int(legs["day"][-1]), int(legs["id"][-1])
        return done.changed

    def _portion(self) -> Rows:
        """Days from the newest on, and within a day by number."""
        assert self._next is not None
        day, after = self._next
        tx = database.read()
        found = stored.read(tx, day, after, "reason <> 0", (), self._most)
        while not len(found):
            before = tx.value("SELECT MAX(day) FROM xdr WHERE day < ? AND reason <> 0", (day,))
            if before is None:
                return found
            day = before
            found = stored.read(tx, day, 0, "reason <> 0", (), self._most)
        return found
