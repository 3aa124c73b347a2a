"""What a running service may ask of the engine.

The context holds no connection and knows no broker: `broker.runner` hands in the ports.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from actors.outcome import Outcome, OutcomeKind
from actors.service import Service, Task
from domain.effects.act import Act, checked, holds


class StopRequested(Exception):
    """The run was asked to stop (cancel, time limit, drain or a lost lease)."""


class HoldLost(Exception):
    """A daemon's hold on its run groups was taken away: what it did since is not covered by it."""


class Ports(Protocol):
    """The engine's side of a running service."""

    def now(self) -> datetime: ...
    def stop_reason(self) -> str | None: ...
    def progress(self, done: float, total: float | None) -> None: ...
    def step_due(self, task: Task, number: int) -> str | None: ...
    def step_apart(self, task: Task, number: int) -> str | None: ...
    def step_started(self, title: str, time_limit: float | None = None) -> None: ...
    def step_overran(self) -> str | None: ...
    def step_ended(self, title: str, state: str, outcome: Outcome | None, error: str | None) -> None: ...
    def act(self, wanted: Act) -> bool: ...
    def may_destroy(self, step: str) -> bool: ...
    def exclusive(self) -> AbstractContextManager[int]: ...
    def hint(self, node: str, service: str, words: Mapping[str, Any]) -> bool: ...
    def secret(self, name: str) -> str: ...
    def backend(self, name: str) -> Any: ...


class Log(Protocol):
    """A structured logger: an event and its fields."""

    def debug(self, event: str, **fields: Any) -> None: ...
    def info(self, event: str, **fields: Any) -> None: ...
    def warning(self, event: str, **fields: Any) -> None: ...
    def error(self, event: str, **fields: Any) -> None: ...


@dataclass
class Step:
    """One task line while it runs; `outcome` is what it reports."""

    title: str
    outcome: Outcome | None = None
    failed: bool = False
    running: bool = True


@dataclass
class Context:
    """One run of one service, seen from inside."""

    service: Service
    run_id: int
    attempt: int
    fence: int
    args: Mapping[str, Any]
    log: Log
    ports: Ports = field(repr=False)
    node: str = ""
    log_folder: Path = Path("var/log")  # of this node: one file for each service whose logging is on
    steps: list[Step] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        """The current time, aware, in UTC."""
        return self.ports.now()

    def stopping(self) -> bool:
        """True once the run should come to an end: look at it between small pieces of work."""
        return self.ports.stop_reason() is not None

    def check_stop(self) -> None:
        """Raise `StopRequested` once the run should come to an end."""
        if reason := self.ports.stop_reason():
            raise StopRequested(reason)

    def progress(self, done: float, total: float | None = None) -> None:
        """Say how far the run has come; written at most once a second."""
        self.ports.progress(done, total)

    def act(
        self,
        effect: str,
        what: str,
        *,
        key: str,
        organisation: str | None = None,
        object: str | None = None,
        detail: Mapping[str, Any] | None = None,
    ) -> bool:
        """Ask before each act on the world outside: True, do it; False, it is held, so go on without.

        ``what`` would be done, in one line; ``key`` is the same whenever the same act is meant. Acts
        that are ``outward`` or ``destroy`` are held while the service's family observes, once per key;
        one that was released is True when it is asked for again. ``detail`` is shown to who decides.

        Raises ValueError for an effect, key, line or detail that cannot be.
        """
        if not holds(effect):
            return True
        wanted = Act(
            family=self.service.family,
            service=self.service.name,
            step=self.current_step,
            effect=effect,
            what=what,
            key=key,
            organisation=organisation,
            object=object,
            detail=dict(detail or {}),
        )
        return self.ports.act(checked(wanted))

    @property
    def current_step(self) -> str | None:
        """The title of the step that runs."""
        return self.steps[-1].title if self.steps and self.steps[-1].running else None

    @property
    def mail_family(self) -> str | None:
        """The family whose mail this service sends; None where it goes out though the site observes.

        So it is for core's own mail to the site's staff, and for a site's own service that has no
        task line with an effect on the world outside.
        """
        own = not self.service.ours
        if own:
            return self.service.family if self.service.reaches_out else None
        return None if self.service.profile == "core" else self.service.family

    def may_destroy(self, step: str) -> bool:
        """Whether an operator let this step destroy; until then it only reports."""
        return self.ports.may_destroy(step)

    def exclusive(self) -> AbstractContextManager[int]:
        """Hold the service's run groups for one batch of a daemon; gives the hold's fence.

        Entering waits in the ordinary line, in its order; a stop ends the wait with `StopRequested`.
        Keep a batch short (5 s at most): others wait for the groups. A hold that was taken away
        raises `HoldLost` at the next call of the context or at the end of the batch.

        Raises TypeError in a service that is no daemon: its run holds its groups anyway.
        """
        return self.ports.exclusive()

    def hint(self, node: str, words: Mapping[str, Any]) -> bool:
        """Tell a worker of `node` of a part of this service's work that it may do; `words` go as JSON.

        It may be lost, come late or come twice, so only the database may say who does the part. False
        if nobody can be told: there is no RabbitMQ, or it is away. `node.worker` knows whose hints are
        followed.
        """
        return self.ports.hint(node, self.service.name, words)

    def secret(self, name: str) -> str:
        """The secret behind a reference: ``env:NAME``, ``file:PATH`` or ``vault:NAME`` (sealed).

        No log, error or message shows it from then on. Raises `config.secrets.SecretError`.
        """
        return self.ports.secret(name)

    def backend(self, name: str) -> Any:
        """The adapter to an outside system that the site has set up under this name."""
        return self.ports.backend(name)

    @contextmanager
    def step(self, title: str, time_limit: timedelta | None = None) -> Iterator[Step]:
        """A part of the run with a result of its own; its failure does not hide the others'.

        An exception inside is recorded on the step and goes no further; a request to stop does. After
        `time_limit` the step alone is asked to stop (``stopping()``), and has failed.
        """
        step = Step(title)
        self.steps.append(step)
        self.ports.step_started(title, time_limit.total_seconds() if time_limit else None)
        try:
            yield step
        except (StopRequested, HoldLost):
            step.running = False
            if late := self.ports.step_overran():
                self._step_failed(step, late)
                return
            self.ports.step_ended(title, "stopped", step.outcome, None)
            raise
        except Exception as error:
            self._step_failed(step, f"{type(error).__name__}: {error}")
        else:
            if late := self.ports.step_overran():
                self._step_failed(step, late)
                return
            step.running = False
            step.failed = step.outcome is not None and step.outcome.kind == "failed"
            state = "failed" if step.failed else "done"
            self.ports.step_ended(title, state, step.outcome, step.outcome.message if step.failed else None)  # type: ignore[union-attr]

    def _step_failed(self, step: Step, text: str) -> None:
        step.failed, step.running = True, False
        self.log.error(f"step failed: {step.title}", error=text)
        self.ports.step_ended(step.title, "failed", step.outcome, text)

    def _in_order(self) -> list[tuple[int, Task]]:
        """The prompt steps, those that are apart, the others; with their numbers."""
        rank = {
            task.title: 0 if task.prompt else 1 if self.service.is_apart(task) else 2
            for task in self.service.tasks
        }
        return sorted(enumerate(self.service.tasks, 1), key=lambda each: rank[each[1].title])

    def run_steps(self, options: object | None = None) -> Outcome:
        """Run the service's declared tasks that are due, the prompt ones first; each has its own result.

        Those that are apart are asked for next, and run in runs of their own, which nobody here waits for.

        ``partial`` when one of them is, when one that is apart failed the last time, or when the run was
        asked to stop before the last.
        """
        counts: dict[str, int | float] = {}
        texts: list[str] = []
        unfinished = False
        for number, task in self._in_order():
            if task.work is None or self.ports.step_due(task, number) is not None:
                continue
            if self.stopping():
                unfinished = True
                texts.append(f"stopped before: {task.title}")
                break
            if self.service.is_apart(task) and (elsewhere := self.ports.step_apart(task, number)):
                if elsewhere == "failed":
                    unfinished = True
                    texts.append(f"failed the last time, in a run of its own: {task.title}")
                continue
            with self.step(task.title, task.time_limit) as step:
                outcome = task.work(self) if self.service.options is None else task.work(self, options)
                if outcome is not None and not isinstance(outcome, Outcome):
                    raise TypeError(f"the step returned {outcome!r}; expected an Outcome or None")
                step.outcome = outcome
            if step.outcome is not None:
                unfinished = unfinished or step.outcome.kind == "partial"
                texts += [step.outcome.message] if step.outcome.message and not step.failed else []
                for name, value in step.outcome.counts.items():
                    counts[name] = counts.get(name, 0) + value
        failed = [step.title for step in self.steps if step.failed]
        if not failed:
            return Outcome("partial" if unfinished else "done", counts, "; ".join(texts))
        texts.insert(0, f"{len(failed)} of {len(self.steps)} steps failed: {', '.join(failed)}")
        kind: OutcomeKind = "failed" if len(failed) == len(self.steps) else "partial"
        return Outcome(kind, counts, "; ".join(texts))
