"""The agent of a node: a parent without threads that forks its children and buries them.

It opens no database and no broker, so that there is nothing to inherit; it preloads the code and
freezes it, so that children share its memory. It kills what hangs, replaces what dies, and tells
the system worker whose end it has seen: that is the proof by which their groups are set free.
"""

from __future__ import annotations

import ctypes
import fcntl
import gc
import logging
import os
import select
import signal
import sys
import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from node.board import Board
from node.child import LEASE_LOST, RELOAD, Child
from node.prepare import farewell, guarded, prepare
from node.site import Site

logger = logging.getLogger(__name__)

PR_SET_PDEATHSIG = 1
#: Seconds between two looks at the board.
TICK = 0.25
#: A child that lived shorter than this is replaced only after a growing pause (s, at most).
SHORT_LIFE = 1.0
LONGEST_PAUSE = 5.0
#: Deaths that are told again to a new system worker.
REMEMBERED = 1_000


@dataclass(frozen=True)
class Part:
    """A child to keep running: its kind, its name and its main function."""

    kind: str
    name: str
    main: Callable[[Child], int]


@dataclass
class _Slot:
    """One part and the process that plays it now."""

    part: Part
    row: int
    pid: int = 0
    incarnation: str = ""
    started: float = 0.0
    not_before: float = 0.0
    pause: float = 0.0
    asked: bool = False


class Agent:
    """Runs the parts of a node until it is told to stop."""

    def __init__(
        self, site: Site, parts: Sequence[Part], *, joins: bool = True, first_look: bool = False
    ) -> None:
        """``joins``: this is a node with workers, not only a beat or a page.

        ``first_look``: on a new database, run our services once; see `node.prepare`.
        """
        self._first_look = first_look
        self._site = site
        self._joins = joins
        self._incarnation = uuid.uuid4().hex[:12]
        self._board = Board(len(parts))
        self._slots = [_Slot(part, row) for row, part in enumerate(parts)]
        self._serial = 0
        self._stopping = False
        self._hurried = False
        self._at_once = False
        self._reload = False
        self._deaths: list[str] = []
        self._pipe = os.pipe()
        self._wake = os.pipe()
        self._lock_file: int | None = None

    def run(self, ready: Callable[[], None] | None = None, seconds: float | None = None) -> int:
        """Prepare, run until a signal (or for ``seconds``), stop in order. The exit code."""
        if not self._lock():
            return 2
        code = self._short(
            lambda: prepare(self._site, self._incarnation, self._joins, self._first_look), "cannot start"
        )
        if code:
            return code
        gc.collect()
        gc.freeze()
        self._signals()
        started = time.monotonic()
        for slot in self._slots:
            self._spawn(slot)
        if ready:
            ready()
        while not self._stopping:
            self._look()
            if seconds is not None and time.monotonic() - started >= seconds:
                self._stopping = self._hurried = True
        self._stop()
        if self._joins:
            self._short(lambda: farewell(self._site, self._incarnation), "stopping")
        if self._reload:
            self._start_anew()
        return 0

    # One look: who died, who hangs, who is to be started.

    def _look(self) -> None:
        ready, _, _ = select.select([self._wake[0]], [], [], TICK)
        if ready:
            os.read(self._wake[0], 4096)
        self._bury()
        now = time.monotonic()
        for slot in self._slots:
            if slot.pid:
                self._kill_if_hung(slot, now)
            elif not self._stopping and now >= slot.not_before:
                self._spawn(slot)

    def _bury(self) -> None:
        """Take note of children that have ended, and tell the system worker."""
        for slot in self._slots:
            if not slot.pid:
                continue
            pid, status = os.waitpid(slot.pid, os.WNOHANG)
            if not pid:
                continue
            reason = _how(status)
            slot.pid = 0
            self._tell_death(f"{slot.incarnation} {reason}")
            code = os.waitstatus_to_exitcode(status)
            if code == RELOAD:
                self._reload = self._stopping = True
            if self._stopping:
                continue
            logger.warning("%s ended (%s); it is replaced", slot.part.name, reason)
            lived = time.monotonic() - slot.started
            slot.pause = min(max(0.1, slot.pause * 2), LONGEST_PAUSE) if lived < SHORT_LIFE else 0.0
            slot.not_before = time.monotonic() + slot.pause
            if not slot.pause:
                self._spawn(slot)

    def _kill_if_hung(self, slot: _Slot, now: float) -> None:
        kill_at = self._board.kill_at(slot.row)
        silent = now - self._board.alive_at(slot.row)
        if kill_at and now >= kill_at:
            logger.error("%s is killed: a run in it did not stop", slot.part.name)
        elif silent > max(self._site.rules.lease * 0.8, 2.0):
            logger.error("%s is killed: no sign of life for %.1f s", slot.part.name, silent)
        else:
            return
        self._board.clear(slot.row, now)
        os.kill(slot.pid, signal.SIGKILL)

    # Starting children.

    def _spawn(self, slot: _Slot) -> None:
        self._serial += 1
        slot.incarnation = f"{self._incarnation}.{self._serial}"
        slot.started = time.monotonic()
        slot.asked = False
        self._board.clear(slot.row, slot.started)
        system = slot.part.kind == "system"
        child = Child(
            self._site,
            slot.part.kind,
            slot.part.name,
            slot.incarnation,
            self._board,
            slot.row,
            self._pipe[0] if system else None,
        )
        if system:
            for death in self._deaths:
                self._write_death(death)
        slot.pid = self._fork(lambda: slot.part.main(child), keep=self._pipe[0] if system else None)

    def _fork(self, work: Callable[[], int], keep: int | None = None) -> int:
        """A child that runs `work`, exits with its answer, and dies with this process."""
        parent = os.getpid()
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid:
            return pid
        code = 1
        try:
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != parent:
                os._exit(1)
            signal.set_wakeup_fd(-1)
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD, signal.SIGHUP):
                signal.signal(number, signal.SIG_DFL)
            for handle in (*self._pipe, *self._wake, self._lock_file):
                if handle is not None and handle != keep:
                    os.close(handle)
            code = work()
        except BaseException:
            logger.exception("a process ended by an error")
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def _short(self, work: Callable[[], None], what: str) -> int:
        """Run something in a child of its own and wait for it: this process stays without connections."""
        pid = self._fork(lambda: guarded(work, what))
        while True:
            try:
                return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            except InterruptedError:
                continue

    # Stopping.

    def _stop(self) -> None:
        """Workers and beat first; the system worker stays until it has buried them; then the page."""
        patience = (
            (10.0 if self._hurried else self._site.settings.node.drain_timeout) + self._site.rules.grace + 3
        )
        for kinds in (("worker", "beat"), ("system",), ("web",)):
            group = [slot for slot in self._slots if slot.part.kind in kinds]
            self._ask(group)
            deadline = time.monotonic() + patience
            while any(slot.pid for slot in group):
                self._look()
                if self._hurried:
                    self._ask(group)
                if self._at_once or time.monotonic() > deadline:
                    for slot in group:
                        if slot.pid:
                            os.kill(slot.pid, signal.SIGKILL)
            patience = 10.0

    def _ask(self, group: Sequence[_Slot]) -> None:
        number = signal.SIGUSR1 if self._hurried else signal.SIGTERM
        for slot in group:
            if slot.pid and not slot.asked:
                os.kill(slot.pid, number)
                slot.asked = True

    def _signals(self) -> None:
        os.set_blocking(self._wake[1], False)
        signal.set_wakeup_fd(self._wake[1], warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, self._asked)
        signal.signal(signal.SIGINT, self._asked)

    def _asked(self, number: int, _: object) -> None:
        self._at_once = self._stopping
        self._stopping = True
        self._hurried = self._hurried or number == signal.SIGINT

    def _start_anew(self) -> None:
        """The profiles were changed: become a new agent with the new catalogue."""
        assert self._lock_file is not None
        os.close(self._lock_file)
        os.execv(sys.executable, sys.orig_argv[:1] + sys.orig_argv[1:])

    # Small things.

    def _lock(self) -> bool:
        """One agent for a node on this machine."""
        if not self._joins:
            return True
        folder = self._site.settings.var / "run"
        folder.mkdir(parents=True, exist_ok=True)
        name = self._site.settings.node.name
        self._lock_file = os.open(folder / f"node-{name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            logger.error(
                "node %s runs on this machine already: stop it, or give this one another [node] name", name
            )
            return False
        return True

    def _tell_death(self, line: str) -> None:
        self._deaths = [*self._deaths[-REMEMBERED:], line]
        self._write_death(line)

    def _write_death(self, line: str) -> None:
        os.set_blocking(self._pipe[1], False)
        with suppress(BlockingIOError):  # nobody reads; a new system worker is told of all
            os.write(self._pipe[1], line.encode() + b"\n")


def _how(status: int) -> str:
    """How a child ended, for people."""
    code = os.waitstatus_to_exitcode(status)
    if code < 0:
        return f"killed by {signal.Signals(-code).name}"
    if code == LEASE_LOST:
        return "it had lost its lease"
    return f"exit code {code}"
