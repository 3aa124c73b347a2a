"""Threads that want the same kind of thing at the same moment: one of them does it for all who wait."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Generic, TypeVar

#: How long a thread waits before it looks by itself: who should have rung may have been stopped just then.
LOOK = 1.0


class Waiting:
    """One who waits for the turn that does his thing."""

    __slots__ = ("bell", "finished")

    def __init__(self) -> None:
        self.bell = threading.Event()
        self.finished = False

    def finish(self) -> None:
        """It is done: his thread may go on at once, whoever is at work by then."""
        self.finished = True
        self.bell.set()


One = TypeVar("One", bound=Waiting)


class Turns(Generic[One]):
    """Those who come while one is at work wait; then the first of them leads for all.

    ``lead`` gets whose turn it is, `most` at a time and in the order of coming, and the one whose thread it
    runs in; it finishes each of them or gives it `back`. There is one turn at a time. A thread may be stopped
    at any place: what it had left to do is done by the others. ``gather`` is called before each turn and may
    wait a moment for more.
    """

    def __init__(
        self,
        lead: Callable[[Sequence[One], One], None],
        most: int,
        gather: Callable[[], None] = lambda: None,
    ) -> None:
        self._lead = lead
        self._most = most
        self._gather = gather
        self._lock = threading.Lock()
        self._queue: deque[One] = deque()

    def __len__(self) -> int:
        """How many wait for a turn."""
        return len(self._queue)

    def go(self, own: One) -> None:
        """Wait until it is done, by this thread or by another."""
        self._queue.append(own)
        while not own.finished:
            if self._lock.locked():
                own.bell.wait(LOOK)
                own.bell.clear()
                continue
            try:
                with self._lock:
                    if not own.finished:
                        self._gather()
                        turn = min(self._most, len(self._queue))
                        self._lead([self._queue.popleft() for _ in range(turn)], own)
            finally:
                self._ring_the_next()

    def back(self, waiting: Sequence[One]) -> None:
        """These go first in the next turn."""
        self._queue.extendleft(reversed(waiting))

    def _ring_the_next(self) -> None:
        with suppress(IndexError):
            self._queue[0].bell.set()
