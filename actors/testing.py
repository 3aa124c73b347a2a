"""A context for the tests of a service: no engine, no broker, a clock that stands still.

context = testing_context(my_service, now=datetime(2027, 3, 28, 1, 20, tzinfo=UTC), args={"day": "today"})
outcome = my_service.work(context, Options(limit=5))
assert context.log.lines == ["info: mailed to=ops"]
assert context.ports.progressed == [(1, 5), (2, 5)]
"""

# ruff: noqa: PT028

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from actors.context import Context
from actors.outcome import Outcome
from actors.service import Service, Task
from domain.effects.act import Act

NOW = datetime(2027, 1, 15, 8, tzinfo=UTC)


class EndedStep(NamedTuple):
    """A step that ended: ``done``, ``failed`` or ``stopped``; for a failed one, why."""

    title: str
    state: str
    outcome: Outcome | None
    error: str | None


@dataclass
class FakePorts:
    """The engine's side: answers from what a test puts here, and remembers what the service told."""

    time: datetime = NOW
    stop: str | None = None
    stop_after: int | None = None  # so many looks at `stopping()` go by before the stop
    not_due: set[str] = field(default_factory=set)
    apart: dict[str, str] = field(default_factory=dict)  # title -> apart or failed: has a run of its own
    secrets: dict[str, str] = field(default_factory=dict)
    backends: dict[str, Any] = field(default_factory=dict)
    observes: bool = False  # acts on the world outside are held
    destroys: bool = False  # its destroying steps do more than report
    acts: list[Act] = field(default_factory=list)
    step_until: datetime | None = None
    progressed: list[tuple[float, float | None]] = field(default_factory=list)
    started_steps: list[str] = field(default_factory=list)
    ended_steps: list[EndedStep] = field(default_factory=list)

    def now(self) -> datetime:
        return self.time

    def stop_reason(self) -> str | None:
        if self.step_overran():
            return "time limit of the step"
        if self.stop_after is not None:
            if self.stop_after == 0:
                self.stop = self.stop or "cancel"
            self.stop_after = max(0, self.stop_after - 1)
        return self.stop

    def progress(self, done: float, total: float | None) -> None:
        self.progressed.append((done, total))

    def step_due(self, task: Task, number: int) -> str | None:
        return "not_due" if task.title in self.not_due else None if task.enabled else "off"

    def step_apart(self, task: Task, number: int) -> str | None:
        return self.apart.get(task.title)

    def step_started(self, title: str, time_limit: float | None = None) -> None:
        self.started_steps.append(title)
        self.step_until = None if time_limit is None else self.time + timedelta(seconds=time_limit)

    def step_overran(self) -> str | None:
        late = self.step_until is not None and self.time >= self.step_until and self.stop is None
        return "took longer than its time limit" if late else None

    def step_ended(self, title: str, state: str, outcome: Outcome | None, error: str | None) -> None:
        self.ended_steps.append(EndedStep(title, state, outcome, error))

    def act(self, wanted: Act) -> bool:
        self.acts.append(wanted)
        return not self.observes

    def may_destroy(self, step: str) -> bool:
        return self.destroys

    def hint(self, node: str, service: str, words: Mapping[str, Any]) -> bool:
        return False

    def exclusive(self) -> AbstractContextManager[int]:
        return nullcontext(1)

    def secret(self, name: str) -> str:
        if name not in self.secrets:
            raise LookupError(f"no secret {name!r}: give it as secrets={{{name!r}: ...}}")
        return self.secrets[name]

    def backend(self, name: str) -> Any:
        if name not in self.backends:
            raise LookupError(f"no backend {name!r}: give it as backends={{{name!r}: ...}}")
        return self.backends[name]


@dataclass
class FakeLog:
    """Keeps what was logged, as ``level: event key=value``."""

    lines: list[str] = field(default_factory=list)

    def debug(self, event: str, **fields: Any) -> None:
        self._keep("debug", event, fields)

    def info(self, event: str, **fields: Any) -> None:
        self._keep("info", event, fields)

    def warning(self, event: str, **fields: Any) -> None:
        self._keep("warning", event, fields)

    def error(self, event: str, **fields: Any) -> None:
        self._keep("error", event, fields)

    def _keep(self, level: str, event: str, fields: Mapping[str, Any]) -> None:
        self.lines.append(
            " ".join([f"{level}: {event}", *(f"{key}={value}" for key, value in fields.items())])
        )


@dataclass
class FakeContext(Context):
    """A `Context` whose ports and log a test may look into."""

    log: FakeLog
    ports: FakePorts

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.ports.time += timedelta(seconds=seconds)


def testing_context(
    service: Service,
    *,
    now: datetime = NOW,
    args: Mapping[str, Any] | None = None,
    node: str = "n1",
    run_id: int = 1,
    attempt: int = 1,
    fence: int = 1,
    log_folder: Path = Path("var/log"),
    secrets: Mapping[str, str] | None = None,
    backends: Mapping[str, Any] | None = None,
    not_due: tuple[str, ...] = (),
    observes: bool = False,
    destroys: bool = False,
) -> FakeContext:
    """One run of `service`; all its steps are due, but those named in `not_due`.

    With `observes` all acts on the world outside are held; ``context.ports.acts`` has all that were
    asked for. With `destroys` a destroying step does more than report. Ask it to stop by
    ``context.ports.stop = "cancel"``, or in the middle by ``stop_after``.
    """
    ports = FakePorts(
        now,
        not_due=set(not_due),
        secrets=dict(secrets or {}),
        backends=dict(backends or {}),
        observes=observes,
        destroys=destroys,
    )
    return FakeContext(
        service=service,
        run_id=run_id,
        attempt=attempt,
        fence=fence,
        args=dict(args or {}),
        log=FakeLog(),
        ports=ports,
        node=node,
        log_folder=log_folder,
    )


# pytest would take the function for a test wherever it is imported.
testing_context.__dict__["__test__"] = False
