"""The header of a service, and the decorators that put it on a function.

Declaring a service registers nothing: `actors.catalogue` lists ours, and a site's
``[catalogue] modules`` names its own. The values given here are defaults; the site's
file and then live edits override them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import timedelta
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Literal

from domain.effects.act import EFFECTS, HELD, Effect
from domain.time.rule import Daemon, FixedTime, OnDemand, Periodic

if TYPE_CHECKING:
    from actors.context import Context
    from actors.outcome import Outcome

Schedule = Daemon | Periodic | FixedTime | OnDemand
Work = Callable[..., "Outcome | None"]
Instances = Literal["one", "each"]

MASTER = ("master",)
ALL_ROLES = ("master", "redundancy", "reporting", "processing", "calculation")
#: The sources of the catalogue, and the project itself.
OUR_ORIGINS = ("machpanel", "jerasoft", "tickworks")
NAME = re.compile(r"[a-z0-9_]{1,64}")
LISTS = ("tasks", "roles", "run_groups", "aliases", "needs", "replaced_by")


@dataclass(frozen=True)
class Task:
    """One task line of a service: what it is called, and what runs it.

    ``work(context, options)`` runs when the step is due: with ``every``, at most that often.
    ``effect`` says how far it reaches: ``read`` (other systems), ``local`` (our own database and files),
    ``outward`` (mail, a remote write, a charge) or ``destroy``. ``prompt`` steps (orders of people)
    run before the others; beside one, a step that is not ``local`` is apart: it has runs of its own.
    After ``time_limit`` the step is asked to stop and fails; the run goes on.
    """

    title: str
    work: Work | None = None
    subtasks: tuple[str, ...] = ()
    every: timedelta | None = None
    enabled: bool = True
    effect: Effect = "local"
    time_limit: timedelta | None = None
    prompt: bool = False


@dataclass(frozen=True, kw_only=True)
class Service:
    """A catalogue entry. `work` is its function: ``work(context[, options])``."""

    name: str
    title: str
    family: str = "own"
    profile: str = "core"
    origin: str = "tickworks"
    aliases: tuple[str, ...] = ()
    schedule: Schedule = field(default_factory=OnDemand)
    roles: tuple[str, ...] = MASTER
    instances: Instances = "one"
    run_groups: tuple[str, ...] = ()
    priority: int = 5
    parallel: int = 1
    time_limit: timedelta = timedelta(minutes=10)
    memory_limit: int | None = None  # MiB; for runs and daemons that have a process of their own
    misfire: str = "once"
    misfire_window: timedelta | None = None
    overlap: str = "queue_one"
    retries: int = 0
    retry_lost: bool = False
    probe: Callable[..., bool] | None = None
    options: type | None = None
    arguments: type | None = None
    needs: tuple[str, ...] = ()
    tasks: tuple[Task, ...] = ()
    enabled: bool = True
    planned: bool = False
    legacy: bool = False
    replaced_by: tuple[str, ...] = ()
    proof: str | None = None
    proof_note: str = ""
    description: str = ""
    work: Work | None = None

    @property
    def kind(self) -> str:
        """``daemon``, ``periodic``, ``fixed_time`` or ``on_demand``."""
        return self.schedule.kind

    @property
    def ours(self) -> bool:
        """True for a service of the catalogue, False for one of the site's own modules."""
        return self.origin in OUR_ORIGINS

    @property
    def reaches_out(self) -> bool:
        """True if a task line of it says that it acts on the world outside."""
        return any(task.effect in HELD for task in self.tasks)

    def is_apart(self, task: Task) -> bool:
        """Whether a task line has runs of its own, so that it never delays the prompt ones.

        So it is for one that reaches outside, in a service that has a prompt one.
        """
        return task.effect != "local" and not task.prompt and any(each.prompt for each in self.tasks)

    @property
    def summary(self) -> str:
        """One sentence: the description, which the catalogue takes from the module, or the function's own."""
        text = self.description or (self.work.__doc__ if self.work else None) or ""
        return text.strip().split("\n", 1)[0]

    def problems(self) -> list[str]:
        """What is wrong with this header, in words for its author; empty when nothing is."""
        found = self._wrong_types()
        if found:
            return found
        found = [f"schedule: {problem}" for problem in self.schedule.problems()]
        if not NAME.fullmatch(self.name):
            found.append(f"name: expected 1 to 64 of a-z, 0-9 and _, got {self.name!r}")
        if not 0 <= self.priority <= 10:
            found.append(f"priority: expected 0 (first) to 10, got {self.priority}")
        if self.parallel < 1:
            found.append(f"parallel: expected at least 1, got {self.parallel}")
        if self.parallel > 1 and self.run_groups:
            found.append(f"parallel: {self.parallel} at once is impossible with run groups, which allow one")
        if self.instances not in ("one", "each"):
            found.append(f"instances: expected one or each, got {self.instances!r}")
        if not self.roles:
            found.append("roles: expected at least one role")
        for words, what in ((self.roles, "roles"), (self.run_groups, "run_groups")):
            found += [f"{what}: {word!r} is not a name" for word in words if not NAME.fullmatch(word)]
        if self.misfire not in ("once", "skip", "all"):
            found.append(f"misfire: expected once, skip or all, got {self.misfire!r}")
        if self.overlap not in ("queue_one", "skip", "queue_all"):
            found.append(f"overlap: expected queue_one, skip or queue_all, got {self.overlap!r}")
        found += self._wrong_tasks()
        if self.time_limit <= timedelta(0):
            found.append(f"time_limit: expected more than 0 s, got {self.time_limit}")
        if self.misfire_window is not None and self.misfire_window <= timedelta(0):
            found.append(f"misfire_window: expected more than 0 s, got {self.misfire_window}")
        if self.retries < 0:
            found.append(f"retries: expected 0 or more, got {self.retries}")
        for declared, what in ((self.options, "options"), (self.arguments, "arguments")):
            if declared is not None and not is_dataclass(declared):
                found.append(f"{what}: expected a frozen dataclass, got {declared!r}")
        return found

    def _wrong_tasks(self) -> list[str]:
        found = []
        for task in self.tasks:
            if task.effect not in EFFECTS:
                have = f"expected one of {', '.join(EFFECTS)}, got {task.effect!r}"
                found.append(f"task {task.title}: effect: {have}")
            if task.time_limit is not None and not timedelta(0) < task.time_limit <= self.time_limit:
                found.append(f"task {task.title}: time_limit: expected more than 0 s, at most the service's")
        return found

    def _wrong_types(self) -> list[str]:
        expected: dict[str, tuple[Any, str]] = {
            "schedule": (Schedule, "Daemon(), Periodic(...), FixedTime(...) or OnDemand()"),
            "name": (str, "text"),
            "title": (str, "text"),
            "priority": (int, "a number"),
            "parallel": (int, "a number"),
            "retries": (int, "a number"),
            "time_limit": (timedelta, "a timedelta"),
            "misfire_window": (timedelta | None, "a timedelta"),
            **dict.fromkeys(LISTS, (tuple, "a list or tuple")),
        }
        return [
            f"{what}: expected {words}, got {getattr(self, what)!r}"
            for what, (kind, words) in expected.items()
            if not isinstance(getattr(self, what), kind)
        ]


def service(
    *,
    name: str | None = None,
    title: str | None = None,
    tasks: Sequence[Task] = (),
    roles: Sequence[str] = MASTER,
    run_groups: Sequence[str] = (),
    aliases: Sequence[str] = (),
    needs: Sequence[str] = (),
    **header: Any,
) -> Callable[[Callable[..., Outcome | None]], Service]:
    """Make a `Service` of the function below: it takes ``context`` and, if declared, ``options``.

    The name defaults to the function's; in the catalogue it is the module's. The values of
    `Service` may all be given; only the function is required.

    Raises ValueError naming every wrong value of the header, or the names that no header has.
    """

    def declare(work: Callable[..., Outcome | None]) -> Service:
        own_name = name or _default_name(work)
        declared = Service(
            name=own_name,
            title=title or own_name.replace("_", " ").capitalize(),
            tasks=_as_tuple(tasks),
            roles=_as_tuple(roles),
            run_groups=_as_tuple(run_groups),
            aliases=_as_tuple(aliases),
            needs=_as_tuple(needs),
            work=work,
            **{"origin": _default_origin(work), **header},
        )
        return checked(declared)

    _refuse_unknown(header)
    return declare


def planned(*, name: str, title: str, tasks: Sequence[Task] = (), **header: Any) -> Service:
    """A live service of the catalogue whose work is not built yet: listed, never enabled.

    ``enabled=False`` may be given all the same, for the day when the work is built.
    """
    header["enabled"] = False
    return checked(Service(name=name, title=title, tasks=tuple(tasks), planned=True, **header))


def legacy(*, name: str, title: str, replaced_by: Sequence[str], **header: Any) -> Service:
    """A service the source lists but no longer uses; its successors do the work."""
    return checked(
        Service(name=name, title=title, replaced_by=tuple(replaced_by), legacy=True, enabled=False, **header)
    )


def checked(declared: Service) -> Service:
    """The same service, or a ValueError that lists all that is wrong with it."""
    if problems := declared.problems():
        raise ValueError(f"service {declared.name}: " + "; ".join(problems))
    return declared


def renamed(declared: Service, name: str) -> Service:
    """The same service under another name (its module's, in the catalogue)."""
    return checked(replace(declared, name=name))


def _refuse_unknown(header: dict[str, Any]) -> None:
    known = [each.name for each in fields(Service)]
    problems = []
    for wrong in sorted(header.keys() - set(known)):
        near = get_close_matches(wrong, known, n=1)
        problems.append(
            f"{wrong}: no such value in a service's header" + (f"; did you mean {near[0]}?" if near else "")
        )
    if problems:
        raise ValueError("; ".join(problems))


def _as_tuple(words: Any) -> Any:
    return tuple(words) if isinstance(words, list) else words


def _default_name(work: Work) -> str:
    module = work.__module__
    return module.rsplit(".", 1)[-1] if module.startswith("actors.") else work.__name__


def _default_origin(work: Work) -> str:
    return "tickworks" if work.__module__.startswith("actors.") else work.__module__


def call(declared: Service, context: Context, options: object | None) -> Outcome | None:
    """Run the service's function with what it declares to take."""
    assert declared.work is not None
    return declared.work(context) if declared.options is None else declared.work(context, options)
