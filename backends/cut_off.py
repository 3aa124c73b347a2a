"""Ends a conversation over a socket that takes too long, or that stands in the way of a stop.

A timeout of a socket bounds one read; a peer that sends a byte now and then never meets it.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress

#: Seconds between two looks.
STEP = 0.2
#: Seconds that what is under way may still take once the run is asked to stop.
STOP_GRACE = 3.0


class CutOff:
    """Watches one socket from a thread of its own, from `watch` to `end`."""

    def __init__(self, stopping: Callable[[], bool] = lambda: False) -> None:
        self.reason: str | None = None
        self._stopping = stopping
        self._socket: socket.socket | None = None
        self._deadline: float | None = None
        self._stop_at: float | None = None
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def fired(self) -> bool:
        """True once the conversation was cut off."""
        return self.reason is not None

    def allow(self, seconds: float | None) -> None:
        """What comes next may take so long from now on; None: there is nothing to wait for."""
        self._deadline = None if seconds is None else time.monotonic() + seconds

    def watch(self, connection: socket.socket) -> None:
        """Watch this socket, in the place of an earlier one."""
        self._socket = connection
        if self._thread is None:
            self._thread = threading.Thread(target=self._look, name="cut-off", daemon=True)
            self._thread.start()

    def end(self) -> None:
        """Stop watching."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(STEP):
            now = time.monotonic()
            if self._deadline is None:
                continue
            if self._stop_at is None and self._stopping():
                self._stop_at = now + STOP_GRACE
            if self._stop_at is not None and now > self._stop_at:
                self._cut("the run was asked to stop")
            elif now > self._deadline:
                self._cut("it does not answer in time")

    def _cut(self, reason: str) -> None:
        self.reason = reason
        if self._socket is not None:
            # Past TLS: its own good-bye would wait for the peer.
            with suppress(OSError):
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
