"""Watches the runs of one worker process: leases, cancels, time limits and hung code."""

from __future__ import annotations

import logging
import math
import os
import threading
from collections.abc import Callable

from broker.runner.active import ActiveRun
from broker.runner.runner import Runner
from coordinator import rescue
from node.child import LEASE_LOST, Child
from node.resident import resident
from store import database, node, process
from store.errors import DatabaseError
from store.process import stop_signs

logger = logging.getLogger(__name__)

#: Seconds between two looks.
TICK = 0.25
#: While runs are in execution, seconds between two looks at the database (cancels).
SIGNS = 1.0
#: A run that we hold but do not execute for so many seconds is given up.
ASTRAY = 5.0


class Warden:
    """The main thread of a worker process calls `tick` until the process ends.

    It never waits for the database: a thread of its own does, so that an outage of it cannot look
    like hung code.
    """

    def __init__(
        self, child: Child, process_id: int, runner: Runner, take: Callable[[bool], None] = lambda on: None
    ) -> None:
        """``take(False)`` stops the intake of new runs, ``take(True)`` lets it go on."""
        self._take = take
        self._child = child
        self._process_id = process_id
        self._runner = runner
        self._clock = child.site.clock
        self._grace = child.site.rules.grace
        self._lease = child.site.rules.lease
        self._renewed = self._clock.monotonic()
        self._astray: dict[int, float] = {}  # run -> for how long
        self._owned_up = -math.inf
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._renew_on, name="lease", daemon=True)
        self.spent = False  # a run did not stop in its grace: the process takes nothing new

    def start(self) -> None:
        """Begin to renew the lease."""
        self._thread.start()

    def stop(self) -> None:
        """The process ends in order: renew no more."""
        self._ended.set()
        self._thread.join(2)

    def tick(self) -> None:
        """One look at everything."""
        now = self._clock.monotonic()
        runs = self._runner.active.all()
        self._child.board.alive(self._child.row, now)
        for run in runs:
            self._limits(run, now)
        self.post()
        self._guard_lease(now)

    def post(self, _: ActiveRun | None = None) -> None:
        """Post when the agent is to kill this process, were nobody to take it back."""
        inside = [run for run in self._runner.active.all() if run.in_service]
        siblings = any(run.stop_reason is None for run in inside)
        limits = [self._kill_at(run, siblings) for run in inside]
        self._child.board.set_kill_at(self._child.row, min(limits, default=0.0))

    def _kill_at(self, run: ActiveRun, siblings: bool) -> float:
        """After its grace; one grace later if others in the process may end well meanwhile."""
        stop_at = run.stop_at or run.deadline
        alone = run.stop_reason is not None and not siblings
        return stop_at + (self._grace if alone else 2 * self._grace)

    def _limits(self, run: ActiveRun, now: float) -> None:
        late = run.step is not None and now >= run.step[1] + self._grace
        if now >= run.deadline or late:
            run.ask_to_stop("time limit", now)
        if run.stop_reason is None:
            return
        if now >= run.stop_at + self._grace / 2:
            run.interrupt()
        if now >= run.stop_at + self._grace and run.in_service:
            self._spend(run)

    def _spend(self, run: ActiveRun) -> None:
        if not self.spent:
            logger.error(
                "run %d of %s did not stop: %s is killed",
                run.claimed.run_id,
                run.claimed.service,
                self._child.name,
            )
        self.spent = True

    def _renew_on(self) -> None:
        while not self._ended.wait(self._pace()):
            self._ask_database()
        database.drop_connection()

    def _pace(self) -> float:
        """Seconds between two looks at the database."""
        renewals = self._lease / 5
        return min(SIGNS, renewals) if self._runner.active.all() else renewals

    def _ask_database(self) -> None:
        """Renew the lease, and learn what was cancelled or taken away."""
        now = self._clock.monotonic()
        try:
            known = database.write(
                lambda tx: process.renew(tx, self._process_id, now=self._clock.now(), memory=resident()),
                durable=False,
            )
            if not known:
                logger.error("%s was given up while it lived; it ends", self._child.name)
                os._exit(LEASE_LOST)
            self._renewed = now
            signs = stop_signs(database.read(), self._process_id)
            self._own_up(signs)
            self._look_for_drain()
            self._runner.flush()
        except DatabaseError:
            return
        except Exception:
            logger.exception("%s could not look after its lease; it tries again", self._child.name)
            return
        for run in self._runner.active.all():
            if not run.in_service:
                continue
            fence, cancel_at = signs.get(run.claimed.run_id, (None, None))
            if run.started > now:
                continue  # it began after we looked
            if fence != run.claimed.fence:
                run.ask_to_stop("lost", now)
            elif cancel_at is not None:
                run.ask_to_stop("cancel", now)

    def _look_for_drain(self) -> None:
        """A node that drains takes nothing new; at the end of its time its runs are asked to stop."""
        until = node.draining_until(database.read(), self._child.node)
        self._take(until is None)
        if until is not None and self._clock.now() >= until:
            for run in self._runner.active.all():
                if run.in_service:
                    run.ask_to_stop("drain", self._clock.monotonic())

    def _own_up(self, signs: dict[int, tuple[int, float | None]]) -> None:
        """Runs that are ours by the database's word, but that nobody here executes, for some seconds.

        The answer to a claim's commit was lost, or an end could not be written: they are lost. Time in which
        the database took no writes does not count: whoever takes a long run over waited for it as well.
        """
        active = {run.claimed.run_id for run in self._runner.active.all()}
        now = self._clock.monotonic()
        passed, self._owned_up = min(now - self._owned_up, self._lease / 5), now
        astray = set(signs) - active
        self._astray = {run: self._astray[run] + passed if run in self._astray else 0.0 for run in astray}
        lost = sorted(run for run, how_long in self._astray.items() if how_long >= ASTRAY)
        if lost:
            logger.warning("runs %s are not executed here: they are given up", ", ".join(map(str, lost)))
            rules, at = self._child.site.rules, self._clock.now()
            reason = f"{self._child.name} did not execute it"
            self._runner.engine.publisher.write(
                lambda tx: rescue.end_runs(tx, self._process_id, lost, rules, reason=reason, now=at), list
            )

    def _guard_lease(self, now: float) -> None:
        """Without renewal, runs that hold groups must be gone before the lease can be over."""
        silent = now - self._renewed
        if silent < self._lease / 2:
            return
        holders = [run for run in self._runner.active.all() if run.claimed.groups and run.in_service]
        for run in holders:
            run.ask_to_stop("lost", now)
            if silent > self._lease * 0.7:
                run.interrupt()
        if holders and silent > self._lease * 0.85:
            logger.error("%s cannot renew its lease and holds groups: it ends", self._child.name)
            os._exit(LEASE_LOST)
