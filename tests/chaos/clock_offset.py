"""A node whose clock is wrong: its processes add what stands in a file of its folder.

The engine takes its time from `domain.time.clock.SystemClock`; the services of the site are imported
by each process of a node, and shift it there. The journal keeps the machine's own time.
"""

from __future__ import annotations

import os
from pathlib import Path

from domain.time.clock import SystemClock
from tests.chaos import number_in_file

#: Where the processes of a node find the file.
VARIABLE = "CHAOS_CLOCK"


def write(path: Path, seconds: float) -> None:
    """Shift the clock of the node by so many seconds, at once."""
    number_in_file.write(path, seconds)


def follow() -> None:
    """Let this process, and those forked from it, go by the file of its node; without one, do nothing."""
    name = os.environ.get(VARIABLE)
    if not name:
        return
    offset = number_in_file.reader(Path(name))
    right = SystemClock.now

    def wrong(self: SystemClock) -> float:
        return right(self) + offset()

    SystemClock.now = wrong  # type: ignore[method-assign]
