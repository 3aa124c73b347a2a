"""Whether a test that says it covers a step made that step run."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import pytest

from actors.catalogue import MODULES, whole
from actors.context import Context
from actors.coverage import HEADER, PAGE
from actors.service import Service, Task


@pytest.fixture(autouse=True)
def _covers_what_it_says(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fails a test marked ``covers("cleaner", 1)`` in whose course step 1 of the Cleaner did not run."""
    marks = [mark.args for mark in request.node.iter_markers("covers")]
    wanted = [args for args in marks if args[0] not in (PAGE, "*")]
    if not wanted:
        yield
        return
    services = {name: whole().services[name] for name, *_ in wanted}
    with running_steps(services.values()) as ran:
        yield
    for name, *steps in wanted:
        missing = [step for step in steps if step != HEADER and (name, step) not in ran]
        assert not missing, (
            f"marked as covering {name} {missing}, which did not run (use actors.service.call)"
        )


@contextmanager
def running_steps(services: Iterable[Service]) -> Iterator[set[tuple[str, int]]]:
    """The (service, number of the step) that run meanwhile, in this process."""
    ran: set[tuple[str, int]] = set()
    undo: list[Callable[[], None]] = []

    def watch(owner: Service | Task, name: str, number: int) -> None:
        work = owner.work
        if work is None:
            return

        @functools.wraps(work)
        def watched(*args: Any, **more: Any) -> Any:
            ran.add((name, number))
            return work(*args, **more)

        object.__setattr__(owner, "work", watched)
        undo.append(lambda: object.__setattr__(owner, "work", work))

    for service in services:
        for own in _copies(service):
            for number, task in enumerate(own.tasks, 1):
                watch(task, own.name, number)
            if len(own.tasks) == 1 and own.tasks[0].work is None:
                watch(own, own.name, 1)
    step = Context.step

    def watched_step(self: Context, title: str, *args: Any, **more: Any) -> Any:
        for number, task in enumerate(self.service.tasks, 1):
            if task.title == title and task.work is None:
                ran.add((self.service.name, number))
        return step(self, title, *args, **more)

    Context.step = watched_step  # type: ignore[method-assign]
    undo.append(lambda: setattr(Context, "step", step))
    try:
        yield ran
    finally:
        for each in reversed(undo):
            each()


def _copies(service: Service) -> list[Service]:
    """The service of the catalogue, and the one that its module holds: they share their tasks."""
    paths = [path for paths in MODULES.values() for path in paths if path.endswith(f".{service.name}")]
    if not paths:
        return [service]
    (path,) = paths
    own = [each for each in vars(import_module(f"actors.{path}")).values() if isinstance(each, Service)]
    return [*own, service]
