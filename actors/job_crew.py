"""Threads that carry out jobs for one run; only the run's own thread writes what became of them."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Generic, TypeVar

Token = TypeVar("Token")
Result = TypeVar("Result")


class Crew(Generic[Token, Result]):
    """At most `size` threads, started when there is work; leaving the block waits for all of them.

    A job that is cut off in the middle would be done again while its thread still does it.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._work: queue.SimpleQueue[tuple[Token, Callable[[], Result]] | None] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[tuple[Token, Result]] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self.busy = 0

    def put(self, token: Token, work: Callable[[], Result]) -> None:
        """Have `work()` done; it must not raise."""
        self.busy += 1
        if len(self._threads) < min(self.busy, self._size):
            thread = threading.Thread(target=self._serve, name=f"job-{len(self._threads) + 1}", daemon=True)
            self._threads.append(thread)
            thread.start()
        self._work.put((token, work))

    def finished(self, timeout: float) -> list[tuple[Token, Result]]:
        """What is done by now; waits up to `timeout` seconds for the first."""
        found: list[tuple[Token, Result]] = []
        try:
            while True:
                found.append(self._done.get(timeout=0 if found else timeout))
        except queue.Empty:
            self.busy -= len(found)
            return found

    def __enter__(self) -> Crew[Token, Result]:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for _ in self._threads:
            self._work.put(None)
        for thread in self._threads:
            while thread.is_alive():
                thread.join(0.2)

    def _serve(self) -> None:
        from store import database

        try:
            while (task := self._work.get()) is not None:
                token, work = task
                self._done.put((token, work()))
        finally:
            if database.is_open():
                database.drop_connection()
