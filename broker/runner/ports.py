"""The engine's side of a `Context`: what a running service asks is answered here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

from actors.outcome import Outcome
from actors.service import Task
from broker.publish import Telling
from broker.runner.active import ActiveRun
from broker.runner.insist import insist
from broker.runner.run_log import printable
from coordinator.apart import Apart, ask_apart
from coordinator.grants import RunMessage
from coordinator.world import Rules
from domain.effects.act import Act
from domain.time.clock import Clock, as_datetime
from store import database, destruction, held_act, secret
from store.run import step
from store.tx import Tx

#: A step whose time comes within this many seconds is due: ticks jitter.
STEP_TOLERANCE = 30.0
#: The triggers of runs that nobody has asked for.
PLANNED = ("schedule", "catch_up")
#: What a step is told that is over its own time limit.
STEP_LIMIT = "time limit of the step"


class RunPorts:
    """Implements `actors.context.Ports` for one attempt.

    ``publisher`` tells the workers of runs that are granted: those of steps that are apart.
    """

    def __init__(
        self,
        active: ActiveRun,
        clock: Clock,
        rules: Rules,
        publisher: Telling,
    ) -> None:
        self._active = active
        self._clock = clock
        self._rules = rules
        self._publisher = publisher
        self._numbers: dict[str, int] = {}
        self._failed: set[str] = set()  # titles of steps whose last result is that

    def now(self) -> datetime:
        return as_datetime(self._clock.now())

    def stop_reason(self) -> str | None:
        if self._active.stop_reason is not None:
            self._active.stop_seen = True
            return self._active.stop_reason
        return STEP_LIMIT if self._is_late() else None

    def progress(self, done: float, total: float | None) -> None:
        self._active.progress = (float(done), None if total is None else float(total))

    def step_due(self, task: Task, number: int) -> str | None:
        """None if it is to run now, else ``not_due`` or ``off``; what somebody asked for by number runs."""
        claimed = self._active.claimed
        self._numbers[task.title] = number
        if claimed.step is not None and claimed.step != number:
            return "not_due"
        # One that the schedule has led to looks again: it may have been switched off while its run waited.
        if claimed.step is not None and claimed.trigger not in PLANNED:
            return None
        service = claimed.service
        states = insist(lambda: step.states(database.read(), service), until=self.stop_reason)
        known = states.get((service, task.title), {})
        if known.get("last_state") == "failed":
            self._failed.add(task.title)
        switch = known.get("enabled")
        if not (task.enabled if switch is None else switch):
            return self._not_run(task.title, number, "off")
        last = known.get("last_done_at")
        if task.every is not None and last is not None:
            due = last + (task.every - timedelta(seconds=STEP_TOLERANCE)).total_seconds()
            if self._clock.now() < due:
                return self._not_run(task.title, number, "not_due")
        return None

    def step_apart(self, task: Task, number: int) -> str | None:
        """None in the step's own run; else that one is asked for: ``apart``, or ``failed`` the last time."""
        claimed = self._active.claimed
        if claimed.step is not None:
            return None

        def work(tx: Tx) -> Apart | None:
            now = self._clock.now()
            return ask_apart(tx, claimed.run_id, claimed.fence, number, task.title, self._rules, now)

        def granted(asked: Apart | None) -> Sequence[RunMessage]:
            return asked.messages if asked else ()

        insist(lambda: self._publisher.write(work, granted), until=self.stop_reason)
        return "failed" if task.title in self._failed else "apart"

    def step_started(self, title: str, time_limit: float | None = None) -> None:
        self._active.step = (title, self._clock.monotonic() + time_limit, time_limit) if time_limit else None
        number = self._numbers.setdefault(title, len(self._numbers) + 1)
        run_id = self._active.claimed.run_id
        service = self._active.claimed.service
        self._write(lambda tx: step.begin(tx, run_id, number, service, title, self._clock.now()))

    def step_overran(self) -> str | None:
        """Why the step is over its time limit, if it is and nothing else stops the run."""
        late = self._active.step if self._is_late() and self._active.stop_reason is None else None
        return f"took longer than its time limit of {late[2]:g} s" if late else None

    def step_ended(self, title: str, state: str, outcome: Outcome | None, error: str | None) -> None:
        claimed = self._active.claimed
        if state != "stopped":  # one that cost its run is named by its end
            self._active.step = None
        self._write(
            lambda tx: step.end(
                tx,
                claimed.run_id,
                self._numbers[title],
                claimed.service,
                title,
                state=state,
                now=self._clock.now(),
                counts=outcome.counts if outcome else None,
                error=None if error is None else printable(error),
            )
        )

    def act(self, wanted: Act) -> bool:
        run_id, now = self._active.claimed.run_id, self._clock.now()
        if insist(lambda: held_act.is_free(database.read(), wanted), until=self.stop_reason):
            return True
        return insist(
            lambda: database.write(lambda tx: held_act.ask(tx, wanted, run_id, now)), until=self.stop_reason
        )

    def may_destroy(self, step: str) -> bool:
        service = self._active.claimed.service
        return insist(lambda: destruction.is_on(database.read(), service, step), until=self.stop_reason)

    def exclusive(self) -> AbstractContextManager[int]:
        raise TypeError("exclusive() is for daemons: a run holds its groups from its start to its end")

    def hint(self, node: str, service: str, words: Mapping[str, Any]) -> bool:
        """A run does its work where it is."""
        return False

    def secret(self, name: str) -> str:
        return secret.follow(name)

    def backend(self, name: str) -> Any:
        raise LookupError(f"no backend {name!r} is set up on this site")

    def _is_late(self) -> bool:
        return self._active.step is not None and self._clock.monotonic() >= self._active.step[1]

    def _not_run(self, title: str, number: int, state: str) -> str:
        claimed = self._active.claimed
        self._write(
            lambda tx: step.end(
                tx, claimed.run_id, number, claimed.service, title, state=state, now=self._clock.now()
            )
        )
        return state

    def _write(self, work: Callable[[Tx], None]) -> None:
        insist(lambda: database.write(work, durable=False), until=self.stop_reason)
