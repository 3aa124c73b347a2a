"""A kind of jobs, as a service module declares it.

CREATE = JobKind(
    name="mailbox_create", title="Create a mailbox", service="group_action_exchange", backend="mail",
    arguments=Create, work=create, look_up=find_created,
)

``work(context, job)`` does the remote act and says what became of it; ``look_up(context, job)`` says
whether an act of `job.own_key` took effect. What a handler raises leaves its job unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, is_dataclass
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

from actors.service import NAME
from domain.effects.act import EFFECTS, Effect, holds
from domain.jobs.job import Job
from domain.jobs.tries import BACKOFF, TRIES, JobOutcome
from domain.objects.marks import Sealed

if TYPE_CHECKING:
    from actors.context import Context
    from store.tx import Tx

__all__ = ["Job", "JobKind", "JobOutcome"]

#: The family of a site's own services, unless they say another.
OWN = "own"

Handler = Callable[["Context", Job], JobOutcome]
#: ``prepare(tx, organisation, object, arguments)``: object and arguments as they are kept.
Prepare = Callable[["Tx", str, str, Any], tuple[str, Any]]


@dataclass(frozen=True, kw_only=True)
class JobKind:
    """A kind of jobs; `service` is the one that carries them out, `backend` one half of their lane.

    `look_up` is needed unless `repeatable`: its act may be done twice and does no harm. `deletion`:
    it can be reactivated. `settle`: how long an act that was cut off may take to show. `effect` is
    ``outward`` unless said otherwise; in the family ``own`` a kind is held only if it says so itself.

    `prepare` looks at an order before it is taken, and raises ValueError for what could never be done. One
    argument may be a secret, ``Annotated[str, Sealed()]``: it is sealed for as long as the job is open, and
    its handler gets a reference for `Context.secret`.

    Raises ValueError naming all that is wrong.
    """

    name: str
    title: str
    service: str
    backend: str
    work: Handler
    look_up: Handler | None = None
    repeatable: bool = False
    arguments: type | None = None
    prepare: Prepare | None = None
    priority: int = 5
    parallel: int = 1
    deletion: bool = False
    effect: Effect | None = None
    tries: int = TRIES
    backoff: tuple[float, ...] = BACKOFF
    settle: timedelta = timedelta(seconds=5)

    def __post_init__(self) -> None:
        if problems := self.problems():
            raise ValueError(f"job kind {self.name}: " + "; ".join(problems))

    @cached_property
    def sealed(self) -> str | None:
        """The argument that is a secret; None: none is."""
        found = self._secrets()
        return found[0] if found else None

    def is_held_in(self, family: str) -> bool:
        """Whether its jobs wait while this family observes; `family` is that of its service."""
        usual: Effect = "local" if family == OWN else "outward"
        return holds(self.effect or usual)

    def problems(self) -> list[str]:
        """What is wrong with it, in words for its author; empty when nothing is."""
        found = [
            f"{what}: expected 1 to 64 of a-z, 0-9 and _, got {word!r}"
            for what, word in (("name", self.name), ("service", self.service), ("backend", self.backend))
            if not NAME.fullmatch(word)
        ]
        if not 0 <= self.priority <= 10:
            found.append(f"priority: expected 0 (first) to 10, got {self.priority}")
        if self.parallel < 1:
            found.append(f"parallel: expected at least 1, got {self.parallel}")
        if self.effect is not None and self.effect not in EFFECTS:
            found.append(f"effect: expected one of {', '.join(EFFECTS)}, got {self.effect!r}")
        if self.tries < 1:
            found.append(f"tries: expected at least 1, got {self.tries}")
        if self.look_up is None and not self.repeatable:
            found.append("look_up: needed to find out what became of a lost try, unless repeatable=True")
        if self.arguments is not None and not is_dataclass(self.arguments):
            found.append(f"arguments: expected a frozen dataclass, got {self.arguments!r}")
        elif len(self._secrets()) > 1:
            found.append(f"arguments: one of them may be a secret, got {', '.join(self._secrets())}")
        return found

    def _secrets(self) -> list[str]:
        if self.arguments is None:
            return []
        hints = get_type_hints(self.arguments, include_extras=True)
        return [
            name for name, hint in hints.items() if any(isinstance(each, Sealed) for each in get_args(hint))
        ]


def checked_arguments(kind: JobKind, values: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a job as plain JSON values, with the defaults of those not given.

    Raises `actors.values.ValueProblems` that name every unknown or wrong value.
    """
    from actors.values import plain

    built = built_arguments(kind, values)
    return {} if built is None else plain(asdict(built))


def built_arguments(kind: JobKind, values: Mapping[str, Any]) -> Any:
    """The arguments as the kind's own dataclass; None for a kind that takes none. Raises ValueProblems."""
    from actors.values import ValueProblems, build

    if kind.arguments is not None:
        return build(kind.arguments, values, "argument")
    if values:
        raise ValueProblems("", [f"takes no arguments, got {', '.join(values)}"])
    return None
