"""What the grant pass looks at: who waits, who holds, and which nodes have a free slot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

#: (service, limit node, apart): runs that are granted or running are counted by it.
Limited = tuple[str, str, bool]


@dataclass(frozen=True, slots=True)
class Rules:
    """The ``[coordinator]`` settings, in seconds."""

    age_step: float = 60.0
    reserve_after: float = 60.0
    lease: float = 15.0
    grace: float = 10.0


@dataclass(frozen=True, slots=True)
class Waiter:
    """A queued run."""

    run_id: int
    service: str
    title: str
    for_node: str  # "" unless bound to one node
    roles: frozenset[str]
    groups: tuple[str, ...]
    priority: int
    queued_at: float
    not_before: float | None = None
    preempt: bool = False
    paused: bool = False
    parallel: int = 1
    limit_node: str = ""  # where `parallel` counts: on this node, or ("") everywhere together
    stopped: bool = False  # an occurrence of a service that was disabled meanwhile
    hold: bool = False  # a daemon's batch: it has its process already and takes no slot
    apart: bool = False  # of one step alone: it counts beside the service's other runs
    noted: tuple[str | None, str | None, int | None] = (None, None, None)  # the reason stored last

    @property
    def limited(self) -> Limited:
        """With which runs it shares the limit of parallel ones."""
        return (self.service, self.limit_node, self.apart)


@dataclass(frozen=True, slots=True)
class Holder:
    """The run that holds a group now."""

    run_id: int
    title: str
    node: str
    since: float


@dataclass(slots=True)
class NodeSlots:
    """A node that is up, what it may run and how much more it can take now."""

    name: str
    roles: frozenset[str]
    services: frozenset[str]
    slots: int
    busy: int = 0

    @property
    def free(self) -> int:
        """Slots that no run has been granted."""
        return self.slots - self.busy


@dataclass(slots=True)
class World:
    """One moment, as the grant lock shows it; `decide` books its grants into it."""

    now: float
    age_step: float
    reserve_after: float
    maintenance: bool = False
    nodes: list[NodeSlots] = field(default_factory=list)
    held: dict[str, Holder] = field(default_factory=dict)
    active: dict[Limited, int] = field(default_factory=dict)
    slot_waiters: bool = False  # some run was noted as waiting for a slot
    prefer: str = ""  # the node of a thread that has just become free: it gets the first run it may take

    def eligible(self, waiter: Waiter) -> list[NodeSlots]:
        """The nodes that are up and may run it, busy or not."""
        return [
            node
            for node in self.nodes
            if waiter.service in node.services
            and (node.name == waiter.for_node if waiter.for_node else not waiter.roles.isdisjoint(node.roles))
        ]

    def of_one_mind(self, roles: frozenset[str], service: str) -> bool:
        """Whether every node of these roles can run the service: none is of another release or file."""
        return all(service in node.services or roles.isdisjoint(node.roles) for node in self.nodes)


@dataclass(frozen=True, slots=True)
class Grant:
    """A run that may start, and the node whose slot it takes."""

    run_id: int
    service: str
    for_node: str
    node: str
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wait:
    """Why a run does not start now: a code, and what it points at.

    Codes: ``not_before``, ``disabled``, ``paused``, ``maintenance``, ``no_node``, ``parallel``,
    ``group`` (held), ``reserved`` (kept for one who has waited long), ``slots``.
    """

    run_id: int
    code: str
    group: str | None = None
    holder: int | None = None  # the run that holds, or for which the group is reserved
    ahead: int = 0  # those before it in the same line


@dataclass(frozen=True, slots=True)
class Decision:
    """What one look at the world comes to."""

    grants: Sequence[Grant]
    waits: Mapping[int, Wait]
