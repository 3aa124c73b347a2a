"""`context.exclusive()`: a daemon's turns at its run groups, one batch at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from operator import itemgetter

from actors.context import HoldLost, StopRequested
from broker.publish import Telling
from broker.runner.insist import insist
from coordinator import holds
from coordinator.world import Rules
from domain.time.clock import Clock
from store import database
from store.errors import DatabaseAway
from store.run import hold

#: Seconds between two looks while it waits: often at first, when a short batch of another is likely.
SOON, LATER = 0.01, 0.05
OFTEN = 100
#: Seconds between two looks whether a hold is still ours.
CHECK = 1.0


class Holding:
    """The holds of one daemon's process; at most one at a time."""

    def __init__(
        self,
        service: str,
        *,
        process_id: int,
        node: str,
        rules: Rules,
        clock: Clock,
        publisher: Telling,
        stop_reason: Callable[[], str | None],
    ) -> None:
        self._service = service
        self._process_id = process_id
        self._node = node
        self._rules = rules
        self._clock = clock
        self._publisher = publisher
        self._stop_reason = stop_reason
        self._held: tuple[int, int] | None = None
        self._checked = 0.0
        self._lost = False

    @contextmanager
    def exclusive(self) -> Iterator[int]:
        """Hold all groups of the service; gives the fence. See `Context.exclusive`."""
        if self._held is not None:
            raise RuntimeError("exclusive() within exclusive(): one hold has all groups of the service")
        run_id, fence = self._enter()
        self._held, self._lost, self._checked = (run_id, fence), False, self._clock.monotonic()
        try:
            yield fence
        finally:
            self._held = None
            ours = insist(lambda: self._leave(run_id, fence), until=self._stop_reason)
            if not ours:
                self._lost = True
        if self._lost:
            raise HoldLost(f"the groups of {self._service} were taken away")

    def check(self) -> None:
        """Raise HoldLost if the present hold was taken away; looks once a second."""
        if self._held is None:
            return
        now = self._clock.monotonic()
        if not self._lost and now - self._checked >= CHECK:
            self._checked = now
            run_id, fence = self._held
            try:
                self._lost = hold.fence_of(database.read(), run_id) != ("running", fence)
            except DatabaseAway:
                return  # the lease guards us: without it this process ends before the groups are given on
        if self._lost:
            raise HoldLost(f"the groups of {self._service} were taken away")

    def _enter(self) -> tuple[int, int]:
        """Wait for the turn. Raises StopRequested."""
        pause = threading.Event()
        run_id = insist(self._stand_in_line, until=self._stop_reason)
        looks = 0
        while True:
            known = insist(partial(self._look, run_id), until=self._stop_reason)
            if known is None or known[0] not in ("queued", "granted", "running"):
                run_id = insist(self._stand_in_line, until=self._stop_reason)
            elif known[0] == "running" and known[1] is not None:
                return run_id, known[1]
            if reason := self._stop_reason():
                insist(partial(self._leave, run_id, None), until=self._stop_reason)
                raise StopRequested(reason)
            looks += 1
            pause.wait(SOON if looks < OFTEN else LATER)

    def _look(self, run_id: int) -> tuple[str, int | None] | None:
        return hold.fence_of(database.read(), run_id)

    def _stand_in_line(self) -> int:
        now = self._clock.now()
        run_id, _ = self._publisher.write(
            lambda tx: holds.enter(
                tx, self._service, self._rules, process_id=self._process_id, node=self._node, now=now
            ),
            itemgetter(1),
        )
        if run_id is None:
            raise StopRequested(f"{self._service} is not in the catalogue any more")
        return run_id

    def _leave(self, run_id: int, fence: int | None) -> bool:
        now = self._clock.now()
        ours, _ = self._publisher.write(
            lambda tx: holds.leave(tx, run_id, fence, self._rules, now), itemgetter(1)
        )
        return ours
