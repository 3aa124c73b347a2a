"""Executes claimed runs on dramatiq's worker threads, one after the other while there are any.

A thread that has ended a run goes on with the next one it was handed in the same transaction:
no hop over the broker.
"""

from __future__ import annotations

import logging
import math
import threading
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import replace
from numbers import Integral, Real
from typing import Any, get_args

from actors import Context, Outcome
from actors.context import StopRequested
from actors.outcome import OutcomeKind
from actors.service import call
from actors.values import arguments, build, understood
from broker.runner.active import ENDED_BY, ActiveRun, ActiveRuns, Stopped
from broker.runner.ends import End, Ends
from broker.runner.engine import Engine
from broker.runner.insist import insist
from broker.runner.log_context import of_run
from broker.runner.ports import RunPorts
from broker.runner.printed import printed_to
from broker.runner.run_log import RunLog, logger_for, printable, words_of
from store import database
from store.run import log as stored_log
from store.run.claimed import ClaimedRun
from store.run.ended import Ending
from store.run.log import Line

logger = logging.getLogger(__name__)

#: How the log of the process tells of an end that somebody may look for.
TOLD = {"failed": "failed", "timeout": "was stopped"}


class Runner:
    """Runs attempts and writes their ends."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.active = ActiveRuns()
        self.logs: dict[int, RunLog] = {}
        self.draining = threading.Event()
        self._told: set[str] = set()
        self._unwritten: list[Line] = []
        self._flushing = threading.Lock()
        self._ends = Ends(engine, self.draining, self._trouble)

    def execute(self, claimed: ClaimedRun) -> None:
        """Execute a claimed run, then those that are handed to this thread."""
        following: ClaimedRun | None = claimed
        while following is not None and not self.engine.hand_off(following):
            with of_run(following, self.engine.here.node):
                following = self._attempt(following)

    def flush(self) -> None:
        """Write the log lines and the progress of the runs in execution.

        Raises DatabaseError; the lines are kept for the next time.
        """
        with self._flushing:
            self._unwritten += [line for log in list(self.logs.values()) for line in log.take()]
            self._flush(self._unwritten)
            self._unwritten = []

    def _flush(self, lines: Sequence[Line]) -> None:
        moved = [run for run in self.active.all() if run.progress != run.progress_written]
        moved.sort(key=lambda run: run.claimed.run_id)  # the order in which everybody locks runs
        if not lines and not moved:
            return
        values = [(run, run.progress) for run in moved]

        def work(tx: Any) -> None:
            stored_log.write(tx, lines)
            tx.many(
                "UPDATE run SET progress_done = ?, progress_total = ? WHERE id = ? AND fence = ?",
                [(*progress, run.claimed.run_id, run.claimed.fence) for run, progress in values if progress],
            )

        database.write(work, durable=False)
        for run, progress in values:
            run.progress_written = progress

    def _attempt(self, claimed: ClaimedRun) -> ClaimedRun | None:
        engine = self.engine
        active = ActiveRun(claimed, engine.clock.monotonic())
        first = (
            insist(lambda: stored_log.next_number(database.read(), claimed.run_id))
            if claimed.attempt > 1
            else 1
        )
        log = RunLog(claimed, engine.clock, engine.log_folder, first, self._trouble)
        self.active.add(active)
        self.logs[claimed.fence] = log
        engine.started(active)
        try:
            ending = self._run(active, log)
            progress = active.progress if active.progress != active.progress_written else None
            return self._ends.write(End(ending, claimed.groups, self._rest_of(log), progress))
        finally:
            self.logs.pop(claimed.fence, None)
            self.active.remove(active)
            engine.ended(active)

    def _rest_of(self, log: RunLog) -> list[Line]:
        """The lines that are not in the database: with the end, or after it, nobody looks for more."""
        with self._flushing:
            left = [line for line in self._unwritten if line[0] == log.run_id]
            return left + log.take()

    def _run(self, active: ActiveRun, log: RunLog) -> Ending:
        """Execute the service's code and say how it ended; never raises for what the code does."""
        claimed = active.claimed
        log.line("info", f"start: attempt {claimed.attempt} on {self.engine.here.node}")
        outcome: Outcome | None = None
        error: str | None = None
        try:
            try:
                with printed_to(log), self.engine.traces.attempt(claimed) as tell:
                    outcome = self._call(active, log)
                    tell(outcome)
            finally:
                active.left_service()
        except (Stopped, StopRequested) as stopped:
            active.left_service()  # the interrupt may have met the thread while it noted this
            active.stop_seen = True
            error = f"stopped: {active.stop_reason}" if active.stop_reason else words_of(stopped)
        except BaseException as raised:
            error = words_of(raised)
            log.line("error", "".join(traceback.format_exception(raised)).rstrip())
        ending = self._ending(active, outcome, error)
        log.line("error" if ending.error else "info", f"end: {ending.error or outcome or 'done'}")
        if ending.ended in ("failed", "timeout"):
            logger.warning("the attempt %s: %s", TOLD[ending.ended], ending.error)
        return ending

    def _call(self, active: ActiveRun, log: RunLog) -> Outcome | None:
        claimed = active.claimed
        service = self.engine.services[claimed.service]
        shape = service.options
        options = build(shape, understood(shape, claimed.options)) if shape else None
        context = Context(
            service=service,
            run_id=claimed.run_id,
            attempt=claimed.attempt,
            fence=claimed.fence,
            args=arguments(service, claimed.args),
            log=logger_for(log),
            ports=RunPorts(active, self.engine.clock, self.engine.rules, self.engine.publisher),
            node=self.engine.here.node,
            log_folder=self.engine.log_folder,
        )
        return _checked(call(service, context, options))

    def _ending(self, active: ActiveRun, outcome: Outcome | None, error: str | None) -> Ending:
        claimed = active.claimed
        if active.stop_seen and active.stop_reason is not None:
            ended = ENDED_BY[active.stop_reason]
            error = error or f"stopped: {active.stop_reason}"
        elif error is not None or (outcome is not None and outcome.kind == "failed"):
            ended = "failed"
        else:
            ended = "succeeded"
        if ended == "timeout":
            error = _too_long(active)
        if error is None and outcome is not None and outcome.kind == "failed":
            error = str(outcome)
        return Ending(
            run_id=claimed.run_id,
            fence=claimed.fence,
            attempt=claimed.attempt,
            ended=ended,
            at=self.engine.clock.now(),
            retries=claimed.retries,
            retry_lost=claimed.retry_lost,
            outcome=outcome.kind if outcome else ("done" if ended == "succeeded" else None),
            message=outcome.message if outcome else "",
            counts=outcome.counts if outcome else {},
            error=None if error is None else printable(error),
        )

    def _trouble(self, text: str) -> None:
        """Tell of a trouble once, not at every run."""
        if text not in self._told:
            self._told.add(text)
            logger.warning("%s", text)


def _too_long(active: ActiveRun) -> str:
    """Whose time limit is over: the run's, or that of a step which did not stop for it."""
    if active.step is not None and active.stop_at < active.deadline:
        title, _, limit = active.step
        return f"its step {title} took longer than its time limit of {limit:g} s and did not stop"
    return f"took longer than its time limit of {active.claimed.time_limit:g} s"


def _checked(returned: object) -> Outcome | None:
    """What a service returned, with counts that can be kept and shown. Raises TypeError."""
    if returned is None:
        return None
    if not isinstance(returned, Outcome) or returned.kind not in get_args(OutcomeKind):
        raise TypeError(f"the service returned {returned!r}; expected an Outcome or None")
    counts: dict[str, int | float] = {}
    given: Mapping[str, object] = returned.counts
    for name, value in given.items():
        if not isinstance(value, Real) or not math.isfinite(value):
            raise TypeError(f"the service's outcome has {name}={value!r}; expected a number")
        counts[str(name)] = int(value) if isinstance(value, Integral) else float(value)
    return replace(returned, counts=counts, message=printable(str(returned.message or "")))
