"""An answer that costs too much to be asked for at every look, kept for a while."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

from node.site import Site
from store.tx import Tx

Answer = TypeVar("Answer")


class Kept(Generic[Answer]):
    """The answer of `read(site, tx)`, as it was at most `seconds` ago by the site's clock."""

    def __init__(self, read: Callable[[Site, Tx], Answer], seconds: float) -> None:
        self._read = read
        self._seconds = seconds
        self._known: tuple[Site, float, Answer] | None = None
        self._lock = Lock()

    def __call__(self, site: Site, tx: Tx) -> Answer:
        """The kept answer, or a new one. Raises what `read` raises, and keeps nothing then."""
        with self._lock:  # who comes while it is made waits for it: made twice at once it takes twice as long
            now = site.clock.now()
            known = self._known
            if known is None or known[0] is not site or not 0 <= now - known[1] < self._seconds:
                known = self._known = (site, now, self._read(site, tx))
            return known[2]
