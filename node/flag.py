"""A wish that a signal handler may set."""

from __future__ import annotations

import math
import os
import select
from contextlib import suppress


class Flag:
    """Set once, by a signal handler as well, and waited for by any number of threads.

    `threading.Event` would not do: whoever sets it takes a lock, and the thread that the signal has
    interrupted may hold that very lock in its wait; then it stands still for ever.
    """

    def __init__(self) -> None:
        self._set = False
        self._reader, self._writer = os.pipe()  # nobody reads what is in it: it only has to be there
        os.set_blocking(self._writer, False)

    def is_set(self) -> bool:
        """True once it was set."""
        return self._set

    def set(self) -> None:
        """Set it, and wake all who wait."""
        self._set = True
        with suppress(BlockingIOError):  # it was set so often that the pipe is full
            os.write(self._writer, b".")

    def wait(self, seconds: float) -> bool:
        """Wait so long at most; whether it is set."""
        if not self._set:
            waits = select.poll()
            waits.register(self._reader, select.POLLIN)
            waits.poll(math.ceil(max(0.0, seconds) * 1000))
        return self._set
