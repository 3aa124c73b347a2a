"""When a lease has lapsed: its counter stood still for a full lease of answered time.

No timestamps of different machines are compared. Each sweeper measures on its own monotonic
clock, and counts only time in which the database answered and took writes: an outage lapses nobody.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from store.process import LiveProcess


@dataclass(slots=True)
class _Seen:
    renewal: int
    still: float  # seconds without a move, as far as we could see


class LeaseWatch:
    """Remembers the counters; ask it after every successful look."""

    def __init__(self, lease: float, longest_gap: float) -> None:
        """``longest_gap``: looks further apart than this count as an outage between them."""
        self._lease = lease
        self._longest_gap = longest_gap
        self._seen: dict[int, _Seen] = {}
        self._last_look: float | None = None
        #: The monotonic moment at which the next lease lapses, if its counter does not move until then.
        self.next_lapse = math.inf

    def interrupted(self) -> None:
        """The database did not answer or take writes: the time since the last look counts for nobody."""
        self._last_look = None

    def lapsed(self, processes: Sequence[LiveProcess], monotonic: float) -> list[LiveProcess]:
        """The processes whose lease is over, given what the database shows at this moment."""
        passed = 0.0 if self._last_look is None else monotonic - self._last_look
        if passed > self._longest_gap:
            passed = 0.0
        self._last_look = monotonic
        self.next_lapse = math.inf
        seen_before, self._seen = self._seen, {}
        over = []
        for process in processes:
            before = seen_before.get(process.id)
            still = before.still + passed if before and before.renewal == process.renewal else 0.0
            self._seen[process.id] = _Seen(process.renewal, still)
            if still >= self._lease:
                over.append(process)
            else:
                self.next_lapse = min(self.next_lapse, monotonic + self._lease - still)
        return over
