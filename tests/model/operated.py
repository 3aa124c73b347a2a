"""Operators edit, switch, pause; nodes start, drain, fall silent and leave."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from schedules.edit import Editor
from store import node
from tests.model import site
from tests.model.laws import Step
from tests.model.moments import Moments, one

SWITCHES = ("enable", "enable", "disable", "pause", "resume", "resume", "maintenance", "work again")
EVENTS = ("starts", "worker dies", "leaves", "drains", "goes on", "goes on", "starts", "starts")


pick = st.integers(0, 63)


class Operated(Moments):
    """What comes from operators and machines."""

    @rule(which=pick, act=st.sampled_from(SWITCHES), minutes=st.integers(0, 3))
    def switch(self, which: int, act: str, minutes: int) -> None:
        name = one(self._named("s"), which) if act.endswith("able") else one(list(self.seen.services), which)
        until = self.site.clock.now() + 60 * minutes if minutes else None
        acts: dict[str, Callable[[Editor], object]] = {
            "enable": lambda editor: editor.enable(name),
            "disable": lambda editor: editor.disable(name),
            "pause": lambda editor: editor.pause(name, until),
            "resume": lambda editor: editor.resume(name),
            "maintenance": lambda editor: editor.maintenance(minutes == 0),
            "work again": lambda editor: editor.maintenance(False),
        }
        self.site.edit(acts[act])
        if act in ("pause", "maintenance"):  # they are about the times that come meanwhile
            self._settle(Step(act, whole=True, exact=True))
            self.site.clock.advance(60.0 * (which % 4))
            self._settle(Step("time passes"))
            self.site.tick()
            self.step = Step("tick", ticked=True)
            return
        self.step = Step(act, whole=True, exact=True)

    @rule(which=pick, changed=st.fixed_dictionaries({}, optional={
        "rule": st.sampled_from(site.RULES), "priority": st.integers(0, 10), "parallel": st.integers(1, 3),
        "overlap": st.sampled_from(["queue_one", "skip", "queue_all"]),
        "misfire": st.sampled_from(["once", "skip", "all"]),
    }))  # fmt: skip
    def edit(self, which: int, changed: dict[str, Any]) -> None:
        name = one(self._named("s"), which)
        if self.seen.services[name]["run_groups"]:
            changed.pop("parallel", None)
        self.site.edit(lambda editor: editor.change(name, changed))
        self.step = Step("edit", whole=True, exact=True)

    @precondition(lambda self: self.seen.processes)
    @rule(which=pick, turns_up=st.integers(0, 3))
    def lease_expires(self, which: int, turns_up: int) -> None:
        """One process, or all of a node, do not renew for a whole lease; their workers go on unknowing."""
        alive = sorted(self.seen.processes)
        first = self.seen.processes[one(alive, which)]
        silent = [each.id for each in self.seen.processes.values() if each.node == first.node]
        for _ in range(4):
            self._sweep(5, silent if which % 2 else [first.id])
            self._settle(Step("sweep", whole=True, swept=True))
        gone = silent if which % 2 else [first.id]
        assert not set(gone) & set(self.seen.processes), f"processes {gone} outlived their lease"
        if turns_up and first.kind != "daemon":
            self._node_starts(first.node)

    @rule(which=pick, act=st.sampled_from(EVENTS))
    def node_event(self, which: int, act: str) -> None:
        name, now = one(list(self.seen.nodes), which), self.site.clock.now()
        if act == "starts":
            self._node_starts(name)
        elif act == "worker dies":
            self._worker_dies(name)
        elif act == "leaves":
            self.site.write(lambda tx: node.set_state(tx, name, "left", now))
            self._bury([each.id for each in self.seen.processes.values() if each.node == name])
            self.step = Step("node leaves")
        elif act == "drains":
            self.site.write(lambda tx: node.drain(tx, name, now + 60, now))
            self.step = Step("node drains")
        else:
            self.site.write(lambda tx: node.undrain(tx, name, now))
            self.step = Step("node goes on")

    def _node_starts(self, name: str) -> None:
        """A node comes (back) under a new incarnation, which proves its old processes gone."""
        old = self.site.bring_up(name)
        self._bury(old)
        self.step = Step("node starts", whole=bool(old))

    def _worker_dies(self, name: str) -> None:
        """The agent has seen its worker end, and starts another."""
        dead = self.site.workers[name]
        if dead in self.seen.processes:
            self._bury([dead])
            self._settle(Step("worker dies", whole=True))
            self.site.make_process(name, slots=self.site.slots[name], agent=f"a{self.site.turn}")
            self.step = Step("worker starts")
