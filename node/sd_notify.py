"""What systemd is told of an agent: it is ready, it works, it stops (sd_notify(3), by hand).

The messages are datagrams to the socket that ``NOTIFY_SOCKET`` names; without it nothing is sent.
Only the agent speaks: a child that went on while its agent hangs must not say that all is well.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Mapping
from contextlib import suppress


class Notifier:
    """The way to the service manager that started this process, if one did."""

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        address = environ.get("NOTIFY_SOCKET", "")
        # "@" stands for the zero byte of a name that is in no folder.
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        self._every = _interval(environ) if address else None
        self._last = 0.0

    def ready(self) -> None:
        """Its children are started: from now on the watchdog waits for `working`."""
        self._last = time.monotonic()
        self._send("READY=1\nSTATUS=running")

    def working(self) -> None:
        """A look of the agent has come to its end; told as often as the watchdog wants it."""
        now = time.monotonic()
        if self._every is not None and now - self._last >= self._every:
            self._last = now
            self._send("WATCHDOG=1")

    def stopping(self, *, comes_back: bool) -> None:
        """It lets its runs end; ``comes_back`` when the same process then starts anew."""
        # After STOPPING=1 systemd would kill the new agent at the end of its patience.
        self._send("RELOADING=1\nSTATUS=starting anew" if comes_back else "STOPPING=1\nSTATUS=draining")

    def _send(self, message: str) -> None:
        if not self._address:
            return
        # A new socket each time: nothing to inherit by children. Who is not there is not told.
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.setblocking(False)
            sender.sendto(message.encode(), self._address)


def _interval(environ: Mapping[str, str]) -> float | None:
    """Seconds between two signs of life: a third of what the watchdog waits; None without one."""
    text, pid = environ.get("WATCHDOG_USEC", ""), environ.get("WATCHDOG_PID", "")
    if not text.isdigit() or int(text) == 0 or (pid and pid != str(os.getpid())):
        return None
    return int(text) / 3_000_000
