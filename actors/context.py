"""What a running service may ask of the engine.

The context holds no connection and knows no broker: `broker.runner` hands in the ports.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from actors.outcome import Outcome, OutcomeKind
from actors.service import Service, Task


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
    def step_started(self, title: str) -> None: ...
    def step_ended(self, title: str, state: str, outcome: Outcome | None, error: str | None) -> None: ...
    def exclusive(self) -> AbstractContextManager[int]: ...
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

    def exclusive(self) -> AbstractContextManager[int]:
        """Hold the service's run groups for one batch of a daemon; gives the hold's fence.

        Entering waits in the ordinary line, in its order; a stop ends the wait with `StopRequested`.
        Keep a batch short (5 s at most): others wait for the groups. A hold that was taken away
        raises `HoldLost` at the next call of the context or at the end of the batch.

        Raises TypeError in a service that is no daemon: its run holds its groups anyway.
        """
        return self.ports.exclusive()

    def secret(self, name: str) -> str:
        """The secret behind a reference: ``env:NAME``, ``file:PATH`` or ``vault:NAME`` (sealed).

        No log, error or message shows it from then on. Raises `config.secrets.SecretError`.
        """
        return self.ports.secret(name)

    def backend(self, name: str) -> Any:
        """The adapter to an outside system that the site has set up under this name."""
        return self.ports.backend(name)

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        """A part of the run with a result of its own; its failure does not hide the others'.

        An exception inside is recorded on the step and goes no further; a request to stop does.
        """
        step = Step(title)
        self.steps.append(step)
        self.ports.step_started(title)
        try:
            yield step
        except (StopRequested, HoldLost):
            self.ports.step_ended(title, "stopped", step.outcome, None)
            raise
        except Exception as error:
            step.failed = True
            self.log.error(f"step failed: {title}", error=f"{type(error).__name__}: {error}")
            self.ports.step_ended(title, "failed", step.outcome, f"{type(error).__name__}: {error}")
        else:
            step.failed = step.outcome is not None and step.outcome.kind == "failed"
            state = "failed" if step.failed else "done"
            self.ports.step_ended(title, state, step.outcome, step.outcome.message if step.failed else None)  # type: ignore[union-attr]

    def run_steps(self, options: object | None = None) -> Outcome:
        """Run the service's declared tasks that are due, in order; each has its own result.

        ``partial`` when one of them is, or when the run was asked to stop before the last.
        """
        counts: dict[str, int | float] = {}
        texts: list[str] = []
        unfinished = False
        for number, task in enumerate(self.service.tasks, 1):
            if task.work is None or self.ports.step_due(task, number) is not None:
                continue
            if self.stopping():
                unfinished = True
                texts.append(f"stopped before: {task.title}")
                break
            with self.step(task.title) as step:
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
