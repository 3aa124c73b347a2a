"""A node whose clock is wrong: its processes add what stands in a file of its folder.

The engine takes its time from `domain.time.clock.SystemClock`; the services of the site are imported
by each process of a node, and shift it there. The journal keeps the machine's own time.
"""

from __future__ import annotations

import mmap
import os
import struct
from pathlib import Path

from domain.time.clock import SystemClock

#: Where the processes of a node find the file.
VARIABLE = "CHAOS_CLOCK"
_FORM = "d"


def write(path: Path, seconds: float) -> None:
    """Shift the clock of the node by so many seconds, at once."""
    if not path.exists():
        path.write_bytes(struct.pack(_FORM, seconds))
        return
    # In place: the processes have this very file in their memory.
    with path.open("r+b") as file:
        file.write(struct.pack(_FORM, seconds))


def follow() -> None:
    """Let this process, and those forked from it, go by the file of its node; without one, do nothing."""
    name = os.environ.get(VARIABLE)
    if not name:
        return
    with open(name, "rb") as file:
        shared = mmap.mmap(file.fileno(), struct.calcsize(_FORM), prot=mmap.PROT_READ)
    right = SystemClock.now

    def wrong(self: SystemClock) -> float:
        offset: float = struct.unpack(_FORM, shared[:])[0]
        return right(self) + offset

    SystemClock.now = wrong  # type: ignore[method-assign]
