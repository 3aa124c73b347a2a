"""The book that a process rates by: read once, and again after a change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from store import database

if TYPE_CHECKING:
    from domain.rating.book import Book

#: Tries to read it between two changes.
TRIES = 5


@dataclass(frozen=True, slots=True)
class Known:
    """`version` changes with everything that decides on a charge."""

    version: str
    book: Book


class Books:
    """The newest book. `read` and `version_now` are for tests that have no tables of rates."""

    def __init__(
        self, read: Callable[[], Book] | None = None, version_now: Callable[[], str] | None = None
    ) -> None:
        self._read = read or _read
        self._version_now = version_now or _version
        self._known: Known | None = None

    def version(self) -> str:
        """That of the newest book, without reading it."""
        return self._version_now()

    def now(self) -> Known:
        """Raises ValueError, one line, for what is wrong in the tables."""
        version = self._version_now()
        if self._known is not None and self._known.version == version:
            return self._known
        for _ in range(TRIES):
            book, after = self._read(), self._version_now()
            self._known = Known(after, book)
            if after == version:
                break
            version = after
        assert self._known is not None
        return self._known


def _read() -> Book:
    from store.rating import book

    return book.load(database.read())


def _version() -> str:
    from store.rating import book

    return str(book.version(database.read()))
