"""What a fault may use, and how it reaches processes."""

from __future__ import annotations

import os
import random
import signal
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field

from tests.chaos.site import ChaosSite, Node


@dataclass
class Moment:
    """The site, chance, how long to last (s), and what to wait on; `killed`: the pids it has killed."""

    site: ChaosSite
    rng: random.Random
    span: float
    stop: threading.Event
    killed: list[int] = field(default_factory=list)

    def last(self) -> None:
        """Wait for the span, or until the run is interrupted."""
        self.stop.wait(self.span)

    def node(self) -> Node:
        return self.rng.choice([node for node in self.site.nodes if node.lives()])


Fault = Callable[[Moment], None]


def send(pids: Iterable[int], what: int) -> list[int]:
    """Send the signal to those that live; which they were."""
    met = []
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, what)
            met.append(pid)
    return met


def thaw(pids: Iterable[int]) -> None:
    """Let them go on."""
    send(pids, signal.SIGCONT)
