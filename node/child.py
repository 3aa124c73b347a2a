"""What every child of the agent has: a name nobody else has, a row on the board, a lease."""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

from node.board import Board
from node.flag import Flag
from node.resident import resident
from node.site import Site
from store import database, process
from store.errors import DatabaseAway
from store.tx import Tx

Answer = TypeVar("Answer")

logger = logging.getLogger(__name__)

#: Exit codes that the agent understands.
RELOAD = 77
LEASE_LOST = 70
#: Seconds between two tries to reach the database.
AGAIN = 0.5
#: How long runs may go on after Ctrl-C, in seconds.
HURRY = 10.0


@dataclass(frozen=True)
class Child:
    """One process of a node. ``incarnation`` is the agent's and a serial number: never used twice."""

    site: Site
    kind: str
    name: str
    incarnation: str
    board: Board
    row: int
    orders: int = -1  # what is written here the agent carries out
    deaths: int | None = None  # the system worker reads here which siblings the agent has buried
    data: Mapping[str, Any] = field(default_factory=dict)  # what the order to start it said

    @property
    def node(self) -> str:
        """The node's name."""
        return self.site.settings.node.name


class Stop(Flag):
    """The wish that this process ends, set by a signal; ``wait`` is how a main thread idles.

    SIGTERM drains for the full time, SIGUSR1 (somebody pressed Ctrl-C) for `HURRY` seconds. SIGINT
    itself is the agent's: a terminal sends it to all of us at once.
    """

    def __init__(self) -> None:
        super().__init__()
        self.hurried = False
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, self._asked)
        signal.signal(signal.SIGUSR1, self._asked)

    def _asked(self, number: int, _: object) -> None:
        self.hurried = self.hurried or number == signal.SIGUSR1
        self.set()


def answered(child: Child, stop: Flag, ask: Callable[[], Answer]) -> Answer | None:
    """What the database answers, asked for as long as it is away; None if told to stop meanwhile.

    The agent sees life all the time: a wait for the database is not a process that hangs.
    """
    away = False
    with _beating(child):
        while not stop.is_set():
            try:
                return ask()
            except DatabaseAway as error:
                if not away:
                    logger.warning("%s waits for the database: %s", child.name, error)
                away = True
                stop.wait(AGAIN)
    return None


def enter(child: Child, stop: Stop, slots: int = 0) -> int | None:
    """Open the database and register; waits while it is away. The process id, None if told to stop."""
    database.open(child.site.settings.database.url)

    def work(tx: Tx) -> int:
        return process.register(
            tx,
            node=child.node,
            kind=child.kind,
            name=child.name,
            incarnation=child.incarnation,
            pid=os.getpid(),
            slots=slots,
            now=child.site.clock.now(),
        )

    return answered(child, stop, lambda: database.write(work))


def leave(child: Child, process_id: int, reason: str = "stopped") -> None:
    """Say that this process has ended in order; the runs it had are ended already."""
    with suppress(DatabaseAway):  # the next incarnation finds it
        database.write(
            lambda tx: process.end(tx, [process_id], state="ended", reason=reason, now=child.site.clock.now())
        )
    database.close()


class Pulse:
    """Posts this process's life on the board from a thread of its own, for as long as it lives."""

    def __init__(self, child: Child) -> None:
        self._child = child
        self._thread = threading.Thread(target=self._run, name="pulse", daemon=True)
        self.stop = threading.Event()

    def start(self) -> None:
        """Begin, if it has not begun."""
        if self._thread.ident is None:
            self._thread.start()

    def _run(self) -> None:
        # The agent is patient for most of a lease, and for 2 s at least.
        pace = max(0.5, min(2.0, self._child.site.rules.lease / 8))
        while not self.stop.wait(pace):
            self._child.board.alive(self._child.row, self._child.site.clock.monotonic())


@contextmanager
def _beating(child: Child) -> Iterator[None]:
    child.board.alive(child.row, child.site.clock.monotonic())
    pulse = Pulse(child)
    pulse.start()
    try:
        yield
    finally:
        pulse.stop.set()


class Lease:
    """Renews the process's lease from one thread, and posts its life on the board from another.

    Two, so that a database that does not answer does not look like a process that hangs.
    """

    def __init__(
        self,
        child: Child,
        process_id: int,
        also: Callable[[], None] | None = None,
        pulse: Pulse | None = None,
    ) -> None:
        """``pulse``: one that beats already, of a process that takes long to get here."""
        self._child = child
        self._pulse = pulse or Pulse(child)
        self._process_id = process_id
        self._also = also
        self.renewed = child.site.clock.monotonic()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lease", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._pulse.start()
        self._thread.start()

    def stop(self) -> None:
        """End; waits for the thread."""
        self._stop.set()
        self._pulse.stop.set()
        self._thread.join(5)

    def _run(self) -> None:
        clock = self._child.site.clock
        while not self._stop.wait(self._child.site.rules.lease / 5):
            asked = clock.monotonic()
            try:
                known = database.write(
                    lambda tx: process.renew(tx, self._process_id, now=clock.now(), memory=resident()),
                    durable=False,
                )
                if not known:
                    logger.error("%s was given up while it lived; it starts anew", self._child.name)
                    os._exit(LEASE_LOST)
                self.renewed = asked
                if self._also:
                    self._also()
            except DatabaseAway:
                continue
            except Exception:  # if it stays, the lease ends and others take over: this thread must see that
                logger.exception("the lease of %s could not be renewed; it is tried again", self._child.name)
        database.drop_connection()
