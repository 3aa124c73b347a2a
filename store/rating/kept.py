"""The book of this process: read once, and again after a change."""

from __future__ import annotations

import threading

from store import database
from store.rating.book import Loaded, load_all, version
from store.tx import Tx

_lock = threading.Lock()
_kept: tuple[str, int, Loaded] | None = None


def current(tx: Tx) -> Loaded:
    """The book as the objects are now. Raises ValueError as `store.rating.book.load` does."""
    global _kept
    # Before the book: what is written meanwhile makes it older than its mark, and it is read again.
    mark = version(tx)
    where = database.url()
    with _lock:
        if _kept is None or _kept[:2] != (where, mark):
            _kept = (where, mark, load_all(tx))
        return _kept[2]
