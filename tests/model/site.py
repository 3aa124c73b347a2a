"""A random site: services with groups, limits and schedules; nodes with roles and slots."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from schedules.take_over import take_over
from store import node, process
from store.service import Declared
from tests.support.engine import DEFAULTS, Engine

GROUPS = ("a", "b", "c", "d", "e", "f")
#: Node -> its roles. A service may ask for any of them, or for one that no node has.
NODES = {"n1": "master", "n2": "master processing", "n3": "processing reporting"}
RULES: tuple[dict[str, Any], ...] = (
    {"kind": "on_demand"},
    {"kind": "periodic", "minutes": 1, "align": 0},
    {"kind": "periodic", "minutes": 2, "align": 1},
    {"kind": "periodic", "minutes": 5, "align": 2},
    {"kind": "periodic", "minutes": 7, "align": 3},
    {"kind": "fixed_time", "times": ["08:01", "08:04", "08:05", "08:30", "09:00"]},
)

_groups = st.lists(st.sampled_from(GROUPS), max_size=4, unique=True)
_roles = st.sampled_from(
    [
        ["master"],
        ["master"],
        ["processing"],
        ["reporting"],
        ["master", "processing"],
        ["master", "moon"],
        ["moon"],
    ]
)

services = st.lists(
    st.fixed_dictionaries(
        {
            "rule": st.sampled_from(RULES),
            "priority": st.integers(0, 10),
            "parallel": st.integers(1, 3),
            "misfire": st.sampled_from(["once", "skip", "all"]),
            "misfire_window": st.sampled_from([0.0, 60.0, 180.0, 600.0]),
            "overlap": st.sampled_from(["queue_one", "skip", "queue_all"]),
            "retries": st.integers(0, 2),
            "retry_lost": st.booleans(),
            "instances": st.sampled_from(["one", "one", "each"]),
            "roles": _roles,
            "run_groups": _groups,
        }
    ),
    min_size=2,
    max_size=6,
)
daemons = st.lists(_groups.filter(bool), max_size=2)
slots = st.tuples(st.integers(1, 3), st.integers(1, 3), st.integers(1, 3))


class Site(Engine):
    """The engine of the model: nothing of it need survive a power cut."""

    def __init__(self) -> None:
        super().__init__()
        self.turn = 0  # of incarnations
        self.slots: dict[str, int] = {}
        self.daemons: dict[str, int] = {}  # daemon -> its process

    def found(self, wanted: list[dict[str, Any]], daemons: list[list[str]], slots: tuple[int, ...]) -> None:
        """Found the site: its catalogue, and its nodes."""
        for number, settings in enumerate(wanted):
            settings = {**settings, "parallel": 1 if settings["run_groups"] else settings["parallel"]}
            self._declare(f"s{number}", settings)
        for number, groups in enumerate(daemons):
            self._declare(
                f"d{number}", {"rule": {"kind": "daemon"}, "run_groups": groups, "priority": 3 + number}
            )
        declared = list(self._declared.values())
        self.write(lambda tx: take_over(tx, declared, self.clock.now(), self.zone))
        self.slots = dict(zip(NODES, slots, strict=True))
        for name in NODES:
            self.bring_up(name)

    def bring_up(self, name: str) -> list[int]:
        """A node starts (again), under a new incarnation; the processes it had before."""
        old = [
            row[0] for row in self.rows("SELECT id FROM process WHERE node = ? AND ended_at IS NULL", name)
        ]
        self.turn += 1
        roles = NODES[name].split()
        # The last node is an older one: it lacks a service of the catalogue.
        services = [each for each in self._declared if (name, each) != ("n3", "s0")]
        self._roles[name] = frozenset(roles)
        now, incarnation = self.clock.now(), f"{name}a{self.turn}"

        def work(tx: Any) -> int:
            node.join(
                tx,
                name=name,
                incarnation=incarnation,
                roles=roles,
                services=services,
                host="here",
                version="1",
                now=now,
            )
            for kind, count in (("system", 0), ("worker", self.slots[name])):
                made = process.register(
                    tx,
                    node=name,
                    kind=kind,
                    name=f"{kind}-1",
                    incarnation=f"{incarnation}.{kind}",
                    pid=1,
                    slots=count,
                    now=now,
                )
            return made

        self.workers[name] = self.write(work)
        return old

    def start_daemon(self, name: str, node_name: str) -> None:
        """A process for a daemon."""
        self.daemons[name] = self.make_process(node_name, kind="daemon", agent=f"a{self.turn}")

    def _declare(self, name: str, settings: dict[str, Any]) -> None:
        values = {**DEFAULTS, **settings}
        self._declared[name] = Declared(
            name, f"Service {name}", values["rule"]["kind"], "test", "core", None, values
        )
