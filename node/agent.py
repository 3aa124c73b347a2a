"""The agent of a node: a parent without threads that forks its children and buries them.

It opens no database and no broker, so that there is nothing to inherit; it preloads the code and
freezes it, so that children share its memory. It kills what hangs, replaces what dies, starts
daemons and long runs as it is ordered, and tells the system worker whose end it has seen: that is
the proof by which their groups are set free.
"""

from __future__ import annotations

import gc
import logging
import os
import select
import signal
import sys
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from broker.connect import preload
from node.board import Board
from node.child import LEASE_LOST, RELOAD, Child
from node.deaths import Death, Deaths
from node.fork import end_group, fork, how_it_ended
from node.lock import NodeRuns, take_lock
from node.order import Inbox, Order
from node.prepare import farewell, guarded, prepare
from node.sd_notify import Notifier
from node.site import Site
from node.slot import Main, Part, Slot

logger = logging.getLogger(__name__)

#: Seconds between two looks at the board.
TICK = 0.25
#: A child that lived shorter than this is replaced only after a growing pause (s, at most).
SHORT_LIFE = 1.0
LONGEST_PAUSE = 5.0
#: How many daemons, long runs and added workers a node can have at once.
SPARE_ROWS = 512
#: Who is asked to stop when, at the end: the system worker buries the others, the page goes last.
STOP_ORDER = (("worker", "beat", "daemon", "run"), ("system",), ("web",))


class Agent:
    """Runs the parts of a node until it is told to stop."""

    def __init__(
        self,
        site: Site,
        parts: Sequence[Part],
        *,
        joins: bool = True,
        installs: bool = False,
        starters: Mapping[str, Main] | None = None,
    ) -> None:
        """``joins``: this is a node with workers, not only a beat or a page.

        ``installs``: bring the database to this release first; see `node.prepare`. ``starters``: the
        main functions of the kinds of children that are started by order.
        """
        self._site = site
        self._joins = joins
        self._installs = installs
        self._starters = dict(starters or {})
        self._incarnation = uuid.uuid4().hex[:12]
        self._board = Board(len(parts) + SPARE_ROWS)
        self._slots = [Slot(part, row) for row, part in enumerate(parts)]
        self._serial = 0
        self._stopping = self._hurried = self._at_once = self._reload = False
        self._deaths = Deaths()
        self._wake, self._orders = os.pipe(), os.pipe()
        self._inbox = Inbox(self._orders[0])
        self._lock_file: int | None = None
        self._systemd = Notifier()

    def run(self, ready: Callable[[], None] | None = None, seconds: float | None = None) -> int:
        """Prepare, run until a signal (or for ``seconds``), stop in order. The exit code."""
        try:
            self._lock_file = take_lock(self._site) if self._joins else None
        except NodeRuns as error:
            logger.error("%s", error)
            return 2
        site, installs = self._site, self._installs
        code = self._short(lambda: prepare(site, self._incarnation, self._joins, installs), "cannot start")
        if code:
            return code
        if ready:
            ready()  # before there are children: nobody watches them while this waits for the database
        preload(self._site.settings.broker.url)
        gc.collect()
        gc.freeze()
        self._signals()
        started = time.monotonic()
        for slot in self._slots:
            self._spawn(slot)
        self._systemd.ready()
        while not self._stopping:
            self._look()
            if seconds is not None and time.monotonic() - started >= seconds:
                self._stopping = self._hurried = True
        self._systemd.stopping(comes_back=self._reload)
        self._stop()
        if self._joins:
            self._short(lambda: farewell(self._site, self._incarnation), "stopping")
        if self._reload:
            self._start_anew()
        # While Python ends it lets go of its handlers: one more signal would make another exit code of this.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        return 0

    # One look: who died, who hangs, who is to be started, what was ordered.

    def _look(self) -> None:
        ready, _, _ = select.select([self._wake[0], self._orders[0]], [], [], TICK)
        if self._wake[0] in ready:
            os.read(self._wake[0], 4096)
        self._bury()
        if self._orders[0] in ready:
            for order in self._inbox.read():
                self._carry_out(order)
        now = time.monotonic()
        for slot in self._slots:
            if slot.pid:
                self._kill_if_hung(slot, now)
            elif not self._stopping and now >= slot.not_before:
                self._spawn(slot)
        self._systemd.working()

    def _bury(self) -> None:
        """Take note of children that have ended, and tell the system worker."""
        for slot in list(self._slots):
            if not slot.pid:
                continue
            if slot.once and os.waitid(os.P_PID, slot.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                end_group(slot.pid)
            pid, status = os.waitpid(slot.pid, os.WNOHANG)
            if pid:
                self._buried(slot, status)

    def _buried(self, slot: Slot, status: int) -> None:
        code = os.waitstatus_to_exitcode(status)
        reason = "it had lost its lease" if code == LEASE_LOST else how_it_ended(status)
        slot.pid = 0
        self._deaths.tell(Death(slot.incarnation, slot.asked, reason))
        if code == RELOAD:
            self._reload = self._stopping = True
        if slot.once or slot.leaving:
            self._slots.remove(slot)
            return
        if self._stopping:
            return
        logger.warning("%s ended (%s); it is replaced", slot.part.name, reason)
        lived = time.monotonic() - slot.started
        slot.pause = min(max(0.1, slot.pause * 2), LONGEST_PAUSE) if lived < SHORT_LIFE else 0.0
        slot.not_before = time.monotonic() + slot.pause
        if not slot.pause:
            self._spawn(slot)

    def _kill_if_hung(self, slot: Slot, now: float) -> None:
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

    # What children order.

    def _carry_out(self, order: Order) -> None:
        if order.do == "start" and not self._stopping and order.kind in self._starters:
            part = Part(order.kind, order.name, self._starters[order.kind])
            slot = Slot(part, self._free_row(), data=order.data, once=True)
            self._slots.append(slot)
            self._spawn(slot)
        elif order.do == "stop":
            for slot in self._slots:
                if slot.pid and slot.incarnation == order.data["incarnation"]:
                    os.kill(slot.pid, signal.SIGTERM)
                    self._board.set_kill_at(slot.row, time.monotonic() + order.data["patience"])
        elif order.do == "size" and not self._stopping:
            self._resize(order.data["processes"], order.data["threads"])

    def _resize(self, processes: int, threads: int) -> None:
        """So many worker processes of so many threads; workers of another size are replaced one by one."""
        node = self._site.settings.node
        workers = [slot for slot in self._slots if slot.part.kind == "worker" and not slot.leaving]
        if (len(workers), node.threads) == (processes, threads) or not workers:
            return
        logger.info("the node is resized to %d processes of %d threads", processes, threads)
        changed = {"processes": processes, "threads": threads}
        settings = self._site.settings.model_copy(update={"node": node.model_copy(update=changed)})
        self._site = replace(self._site, settings=settings)
        stay = workers[:processes] if threads == node.threads else []
        for number in range(len(stay), processes):
            part = Part("worker", f"worker-{number + 1}", workers[0].part.main)
            slot = Slot(part, self._free_row())
            self._slots.append(slot)
            self._spawn(slot)
        for slot in workers:
            if slot not in stay:
                slot.leaving = True
                if slot.pid:
                    os.kill(slot.pid, signal.SIGTERM)

    def _free_row(self) -> int:
        taken = {slot.row for slot in self._slots}
        return next(row for row in range(self._board.rows) if row not in taken)

    # Starting children.

    def _spawn(self, slot: Slot) -> None:
        self._serial += 1
        slot.incarnation = slot.data.get("incarnation") or f"{self._incarnation}.{self._serial}"
        slot.started = time.monotonic()
        slot.asked = False
        self._board.clear(slot.row, slot.started)
        system = slot.part.kind == "system"
        child = Child(
            site=self._site,
            kind=slot.part.kind,
            name=slot.part.name,
            incarnation=slot.incarnation,
            board=self._board,
            row=slot.row,
            orders=self._orders[1],
            deaths=self._deaths.reader if system else None,
            data=slot.data,
        )
        if system:
            self._deaths.tell_again()
        keep = {self._orders[1]} | ({self._deaths.reader} if system else set())
        slot.pid = fork(lambda: slot.part.main(child), self._handles() - keep, own_group=slot.once)

    def _short(self, work: Callable[[], None], what: str) -> int:
        """Run something in a child of its own and wait for it: this process stays without connections."""
        pid = fork(lambda: guarded(work, what), self._handles())
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    def _handles(self) -> set[int]:
        handles = {*self._deaths.handles, *self._wake, *self._orders}
        return handles if self._lock_file is None else handles | {self._lock_file}

    # Stopping.

    def _stop(self) -> None:
        """Workers, beat and daemons first; the system worker stays until it has buried them."""
        drain = 10.0 if self._hurried else self._site.settings.node.drain_timeout
        patience = drain + self._site.rules.grace + 3
        for kinds in STOP_ORDER:
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

    def _ask(self, group: Sequence[Slot]) -> None:
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
        if self._lock_file is not None:
            os.close(self._lock_file)
        os.execv(sys.executable, sys.orig_argv)
