"""Daemons stand in line for their groups, give them back, or die with them."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from coordinator import holds
from store.run import hold
from tests.model.laws import Step
from tests.model.moments import Moments, one

pick = st.integers(0, 63)


class Held(Moments):
    """What comes from daemons."""

    @precondition(lambda self: self._named("d"))
    @rule(which=pick, where=pick)
    def hold_enters(self, which: int, where: int) -> None:
        name = one(self._named("d"), which)
        if self.site.daemons.get(name) not in self.seen.processes:
            self.site.start_daemon(name, one(list(self.seen.nodes), where))
        mine, now, rules = self.site.daemons[name], self.site.clock.now(), self.site.rules
        place = self.site.value("SELECT node FROM process WHERE id = ?", mine)
        if any(row["process_id"] == mine for row in self.seen.runs.values()):
            return
        _, messages = self.site.write(
            lambda tx: holds.enter(tx, name, rules, process_id=mine, node=place, now=now)
        )
        self.messages += messages
        self.step = Step("hold enters", part=True)

    @precondition(lambda self: any(row["trigger"] == "hold" for row in self.seen.runs.values()))
    @rule(which=pick, stale=st.booleans())
    def hold_leaves(self, which: int, stale: bool) -> None:
        row = one([row for row in self.seen.runs.values() if row["trigger"] == "hold"], which)
        fence, rules, now = row["fence"], self.site.rules, self.site.clock.now()
        if stale:
            fence = 0 if fence is None else fence - 1
        left, messages = self.site.write(lambda tx: holds.leave(tx, row["id"], fence, rules, now))
        assert left == (not stale), f"hold {row['id']} left by fence {fence}"
        self.messages += messages
        self.step = Step("hold leaves", part=True)

    @precondition(lambda self: any(each.kind == "daemon" for each in self.seen.processes.values()))
    @rule(which=pick)
    def daemon_dies(self, which: int) -> None:
        dead = one([each.id for each in self.seen.processes.values() if each.kind == "daemon"], which)
        self._bury([dead])
        assert self.site.write(lambda tx: hold.of_process(tx, dead)) == []
        self.step = Step("daemon dies", whole=True)
