"""Workers get their messages in any order, twice or not at all, and end what they believe is theirs."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from coordinator.grants import RunMessage
from store.run.claimed import ClaimedRun, claim
from tests.model.laws import Step
from tests.model.moments import Moments, one
from tests.model.site import NODES

ENDS = ("succeeded", "succeeded", "failed", "timeout", "drained", "lost", "cancelled")


pick = st.integers(0, 63)


class Worked(Moments):
    """What comes from workers."""

    @precondition(lambda self: self.messages)
    @rule(which=pick, fate=st.sampled_from(["once", "once", "once", "twice", "lost", "elsewhere"]))
    def deliver(self, which: int, fate: str) -> None:
        """Any message, in any order; it may have been overtaken by events long since."""
        message = one(self.messages, which)
        self.messages.remove(message)
        if fate == "lost":
            return
        row = self.seen.runs.get(message.run_id)
        good = row is not None and (row["state"], row["fence"]) == ("granted", message.fence)
        where = row["node"] if row and row["node"] else "n1"
        if fate == "elsewhere" and row is not None and not message.for_node:
            able = [name for name in NODES if self._room(name, row)]
            where = able[0] if able else where
        met = self._claim(message, where)
        assert good or not met, f"run {message.run_id} was claimed by an old message"
        if fate == "twice":
            assert not self._claim(message, where), f"run {message.run_id} was claimed twice"
        self.step = Step("deliver")

    @precondition(lambda self: self.messages)
    @rule()
    def deliver_all(self) -> None:
        """Every message reaches the node that was chosen, in order."""
        for message in self.messages:
            row = self.seen.runs.get(message.run_id)
            if row is not None and row["node"]:
                self._claim(message, row["node"])
        self.messages = []
        self.step = Step("deliver all")

    def _room(self, name: str, row: Any) -> bool:
        known = self.seen.nodes.get(name)
        if known is None or set(known["roles"].split()).isdisjoint(row["roles"].split()):
            return False
        busy = sum(run["node"] == name for run in self.seen.active() if run["trigger"] != "hold")
        return row["service"] in known["services"].split() and busy < self.site.slots[name]

    def _claim(self, message: RunMessage, where: str) -> bool:
        now, wanted = self.site.clock.now(), [(message.run_id, message.fence)]
        worker = self.site.workers[where]
        met = self.site.write(lambda tx: claim(tx, wanted, process_id=worker, node=where, now=now))
        self.working += met.values()
        self.told = [*self.told[-30:], message]
        return bool(met)

    def _old_messages(self) -> list[RunMessage]:
        rows = self.seen.runs
        return [
            each
            for each in [*self.told, *self.messages]
            if each.run_id in rows and rows[each.run_id]["fence"] not in (None, each.fence)
        ]

    @precondition(lambda self: self._old_messages())
    @rule(which=pick)
    def deliver_old(self, which: int) -> None:
        """A message of an earlier grant of a run that was granted again since."""
        message = one(self._old_messages(), which)
        row = self.seen.runs[message.run_id]
        met = self._claim(message, row["node"]) or self.site.state(message.run_id) != row["state"]
        assert not met, f"run {message.run_id} was claimed by fence {message.fence}"
        self.step = Step("deliver old")

    @precondition(lambda self: self.working)
    @rule(which=pick, how=st.sampled_from(ENDS), goes_on=st.booleans())
    def finish(self, which: int, how: str, goes_on: bool) -> None:
        """A worker ends what it believes to execute; it may have been given up long since."""
        self._finish(which, how, goes_on)

    @precondition(lambda self: self.messages or self.working)
    @rule(which=pick, turns=st.integers(2, 5))
    def work_on(self, which: int, turns: int) -> None:
        """The plain case, a few times: what was told is done, and the thread goes on with the next one."""
        for _ in range(turns):
            if self.messages:
                self.deliver_all()
                self._settle(Step("deliver all"))
            if self.working:
                self._finish(which, "succeeded", True)
                assert self.step is not None
                self._settle(self.step)
        self.step = Step("work on")

    def _retired(self) -> list[ClaimedRun]:
        rows = self.seen.runs
        return [
            each
            for each in [*self.ended, *self.working]
            if each.run_id in rows and rows[each.run_id]["fence"] not in (None, each.fence)
        ]

    @precondition(lambda self: self._retired())
    @rule(which=pick, how=st.sampled_from(ENDS))
    def finish_retired(self, which: int, how: str) -> None:
        """A holder whose fence was retired wakes up, while another attempt holds the run's groups."""
        run = one(self._retired(), which)
        assert self.site.end(run, how).ended is None, f"fence {run.fence} ended run {run.run_id}"
        self.step = Step("finish retired")

    @precondition(lambda self: self.working)
    @rule(which=pick)
    def loses_its_worker(self, which: int) -> None:
        """The process of a run dies; what may be done twice is begun again elsewhere, at once."""
        run = one(self.working, which)
        row = self.seen.runs.get(run.run_id)
        if row is not None and row["fence"] == run.fence:
            self._bury([row["process_id"]])
            self._settle(Step("worker dies", whole=True))
            if self.site.workers[row["node"]] == row["process_id"]:
                name = row["node"]
                self.site.make_process(name, slots=self.site.slots[name], agent=f"a{self.site.turn}")
                self._settle(Step("worker starts"))
            self.messages += self.site.look()
            self._settle(Step("look", whole=True, exact=True))
            self.deliver_all()
            self._settle(Step("deliver all"))
            assert self.site.end(run, "succeeded").ended is None, f"fence {run.fence} ended run {run.run_id}"
            self.step = Step("finish retired")

    def _finish(self, which: int, how: str, goes_on: bool) -> None:
        run = one(self.working, which)
        self.working.remove(run)
        self.ended = [*self.ended[-30:], run]
        row = self.seen.runs.get(run.run_id)
        mine = row is not None and (row["state"], row["fence"]) == ("running", run.fence)
        where: str | None = row["node"] if row is not None and mine else None
        up = (
            where
            and self.seen.nodes[where]["state"] == "up"
            and self.site.workers[where] in self.seen.processes
        )
        here = self.site.here(where) if where and goes_on and up else None
        finished = self.site.end(run, how, here=here)
        assert (finished.ended is not None) == mine, f"run {run.run_id}, fence {run.fence}: {finished}"
        self.messages += finished.messages
        if finished.next is not None:
            assert here is not None
            self.working.append(finished.next)
        if row is not None and finished.ended is not None and row["cancel_at"] is not None:
            assert finished.ended.state != "queued", "a cancelled run is tried again"
        self.step = Step(f"finish {how}", part=mine)
