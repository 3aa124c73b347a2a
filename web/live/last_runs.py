"""The last runs of all services, kept between two looks: only services of which one ended are read again.

The bars of 2,000 services are 40,000 runs; between two looks half a second apart a handful ends.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from store.run.recent import ended_of, recent
from store.tx import Tx
from web.charts.bars import MOST, bars

#: A run's end may become visible this much later than it says, in s: clocks of nodes, long commits.
LATE = 60.0
#: Seconds after which all is read again: whatever was later still, and what was deleted, is seen then.
ALL = 30.0


class LastRuns:
    """For one site, in one process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, tuple[int, str]] = {}
        self._names: frozenset[str] = frozenset()
        self._all_at = self._read_at = float("-inf")

    def of(self, tx: Tx, names: Sequence[str], now: float, zone: ZoneInfo) -> dict[str, tuple[int, str]]:
        """Of each service that has any: the id of its newest ended run, and the last ones drawn as bars.

        `now`: the site's clock. Raises DatabaseError.
        """
        with self._lock:
            asked = frozenset(names)
            if asked != self._names or not self._read_at <= now < self._all_at + ALL:
                self._known, self._names, self._all_at, stale = {}, asked, now, list(names)
            else:
                stale = list(ended_of(tx, self._read_at - LATE) & asked)
            for name, runs in recent(tx, stale, MOST).items():
                self._known[name] = (runs[-1]["id"], bars(runs, zone))
            self._read_at = now
            return dict(self._known)
