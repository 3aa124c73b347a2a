"""Runs that a turn has handed over may end at once: the next turn waits a moment for these.

Without that, half of the threads write their ends while the other half execute, and each transaction has
half of what it could have (docs/decisions/0025).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable

#: Seconds from a hand-over until nobody waits any more for the runs that it has handed over.
SOON = 0.004


class BackSoon:
    """Whom the last turn has handed over, by fence, and who of them is not back yet."""

    def __init__(self) -> None:
        self._out: set[int] = set()
        self._all_back = threading.Event()
        self._until = 0.0

    def handed(self, fences: Iterable[int]) -> None:
        """These were handed over just now."""
        self._out = set(fences)
        self._all_back.clear()
        self._until = time.monotonic() + SOON

    def back(self, fence: int) -> None:
        """A run has ended, whoever handed it over."""
        self._out.discard(fence)
        if not self._out:
            self._all_back.set()

    def wait(self) -> None:
        """Until all of them are back, at the longest until `SOON` after they were handed over."""
        left = self._until - time.monotonic()
        if left > 0 and self._out:
            self._all_back.wait(left)
