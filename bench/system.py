"""A running system that carries out the jobs: Tickworks or a peer, seen the same way by every workload."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import psutil

from bench.facts import FactLog

if TYPE_CHECKING:
    from bench.servers import Servers

#: s that a job in a group, and one that is at work when its worker dies, takes.
HOLD = 0.02
LONG = 3.0


@dataclass(frozen=True)
class Plan:
    """How it is set up: threads of its one worker process, and its schedules.

    `planned` schedules are due each ``minute``, or ``never`` while we look.
    """

    threads: int = 8
    schedule: str = ""
    planned: int = 0
    history: int = 0  # ended runs that are there already; of Tickworks alone


@dataclass
class Sent:
    """When the sending began and ended, and each single one if they were waited for; CLOCK_MONOTONIC, ns."""

    began: int
    ended: int
    each: list[int] = field(default_factory=list)


class System(Protocol):
    """A system that is up."""

    facts: FactLog

    def send(self, what: str, count: int, patience: float) -> Sent:
        """Warm up, then ask for so many jobs, one call each.

        `what` is noop, spaced (no-ops, each asked for when the one before has run), excl or long.
        """

    def crash(self) -> int:
        """kill -9 of the worker; a new one comes. The moment, in ns."""

    def tree(self) -> list[psutil.Process]:
        """Its own processes, without those of the servers."""

    def settled(self, patience: float) -> None:
        """Raises RuntimeError if a job that was asked for has been lost."""


class Opener(Protocol):
    """What starts a system: it is gone when the context ends."""

    @property
    def name(self) -> str:
        """As the tables call it."""

    def opened(self, servers: Servers, plan: Plan) -> AbstractContextManager[System]:
        """Raises Missing."""
