"""One event loop and its threads for all requests of a test, as a server has them.

A `TestClient` makes a loop, threads and with them connections to the database for each request: most of
what a page costs.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import anyio
import anyio.to_thread
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal

from store import database


class Threads:
    """What handlers run on. Each thread keeps its connection to the database until `close`."""

    def __init__(self) -> None:
        self._used: dict[int, Any] = {}  # databases that were open, as long as a thread may be connected
        self._all: list[ThreadPoolExecutor] = []
        self._free: deque[ThreadPoolExecutor] = deque()

    async def run_sync(self, work: Callable[..., Any], *args: Any, **_: Any) -> Any:
        """In place of `anyio.to_thread.run_sync`."""
        thread = self._free.pop() if self._free else self._another()
        context = contextvars.copy_context()
        try:
            with anyio.CancelScope(shield=True):
                return await asyncio.wrap_future(thread.submit(context.run, self._run, work, *args))
        finally:
            self._free.append(thread)

    def close(self) -> None:
        """End all threads, the connection of each before it: another thread may not close it."""
        for thread in self._all:
            thread.submit(self._disconnect).result(20)
            thread.shutdown()

    def _run(self, work: Callable[..., Any], *args: Any) -> Any:
        if database.is_open():
            opened = database.peewee_database()
            self._used[id(opened)] = opened
        return work(*args)

    def _disconnect(self) -> None:
        for each in self._used.values():
            if not each.is_closed():
                each.close()

    def _another(self) -> ThreadPoolExecutor:
        self._all.append(ThreadPoolExecutor(1, thread_name_prefix="handler"))
        return self._all[-1]


@contextmanager
def one_loop() -> Iterator[BlockingPortal]:
    """The loop, for ``client.portal``; its threads serve every loop that begins meanwhile."""
    threads = Threads()
    with start_blocking_portal() as portal, pytest.MonkeyPatch.context() as patched:
        patched.setattr(anyio.to_thread, "run_sync", threads.run_sync)
        try:
            yield portal
        finally:
            threads.close()
