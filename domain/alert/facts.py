"""What the rules of alerts look at: plain facts of one moment; times in epoch seconds, lengths in s."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class ServiceFact:
    """A service of the catalogue.

    `watched`: it is there, switched on and configured; `resting`: paused. `due_since` is its first
    planned time not accounted for, `interval` the seconds to expect between two starts. `missed` counts
    the planned times recorded as missed within the last hour.
    """

    name: str
    title: str
    watched: bool = True
    resting: bool = False
    due_since: float | None = None
    misfire_window: float = 0.0
    interval: float | None = None
    missed: int = 0
    failures: int = 0
    last_outcome: str | None = None
    last_success_at: float | None = None


@dataclass(frozen=True, slots=True)
class WaitFact:
    """A run that has waited long: since when it could start but for others, and the coordinator's reason.

    `usual`: how long that usually takes what it waits for; None where nobody knows.
    """

    run_id: int
    service: str
    title: str
    since: float
    code: str
    sentence: str
    group: str | None = None
    usual: float | None = None


@dataclass(frozen=True, slots=True)
class RunningFact:
    """A run that runs now, with the durations of the last runs of its service that went well."""

    run_id: int
    service: str
    title: str
    node: str
    started_at: float
    time_limit: float
    durations: Sequence[float] = ()


@dataclass(frozen=True, slots=True)
class DaemonFact:
    """A daemon that should run: how many instances should, do, and are caught in a crash loop."""

    service: str
    title: str
    desired: int
    running: int
    looping: int = 0
    crashes: int = 0
    last_end: str | None = None
    placeable: bool = True  # a node that may run it is up


@dataclass(frozen=True, slots=True)
class LostNode:
    """A node that was given up, since when."""

    name: str
    since: float


@dataclass(frozen=True, slots=True)
class JobsFact:
    """Jobs of a kind that could be claimed: how many, since when the oldest, when one was last begun."""

    kind: str
    service: str
    waiting: int
    oldest: float
    begun_at: float | None = None


@dataclass(frozen=True, slots=True)
class CheckFact:
    """A check of a server that has failed so often that its alert is open; `level`: warning or failed."""

    server: str
    name: str
    level: str
    text: str
    fails: int


@dataclass(frozen=True, slots=True)
class HookFact:
    """An event hook that was paused because it failed; `error`: what it said last."""

    name: str
    since: float
    error: str


@dataclass(frozen=True, slots=True)
class LockedUser:
    """A user of a directory that is locked out after wrong passwords."""

    directory: str
    sam: str
    name: str


@dataclass(frozen=True, slots=True)
class ProblemFact:
    """What a service found wrong at its last look."""

    object: str
    text: str
    severity: Literal["warning", "error"]


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything at `now`; `starved_after`: how long to wait for a run group before it is starved."""

    now: float
    services: Sequence[ServiceFact] = ()
    waits: Sequence[WaitFact] = ()
    running: Sequence[RunningFact] = ()
    daemons: Sequence[DaemonFact] = ()
    lost: Sequence[LostNode] = ()
    jobs: Sequence[JobsFact] = ()
    checks: Sequence[CheckFact] = ()
    hooks: Sequence[HookFact] = ()
    locked: Sequence[LockedUser] = ()  # those of one directory stand together
    problems: Sequence[ProblemFact] = ()
    mails: int = 0
    mail_since: float | None = None
    beat_at: float | None = None
    maintenance: bool = False
    starved_after: float = 600.0
    by_name: dict[str, ServiceFact] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {each.name: each for each in self.services})

    def works(self, service: str) -> bool:
        """True for a service that should start its runs now."""
        known = self.by_name.get(service)
        return known is not None and known.watched and not known.resting and not self.maintenance
