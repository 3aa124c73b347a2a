"""Time passes or jumps, the beat ticks, people ask for runs and cancel them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from coordinator.requested import Refused
from tests.model.laws import Step
from tests.model.moments import Moments, one
from tests.model.site import NODES

pick = st.integers(0, 63)


class Asked(Moments):
    """What comes from clocks and people."""

    @rule(minutes=st.integers(0, 4), seconds=st.integers(0, 59), grant=st.booleans())
    def tick(self, minutes: int, seconds: int, grant: bool) -> None:
        self.site.clock.advance(minutes * 60 + seconds)
        self._moved()
        self.site.tick(grant=grant)
        self.step = Step("tick", part=grant, ticked=True)

    @rule(seconds=st.sampled_from([-3600, -90, -60, -1, 61, 1800]))
    def jump(self, seconds: int) -> None:
        self.site.clock.jump(seconds)
        self._moved()

    def _moved(self) -> None:
        """Time alone lets some start: whoever looks at a part of the line need not see them."""
        self._settle(Step("time passes"))

    @rule(at_once=pick)
    def look_at_all(self, at_once: int) -> None:
        self.messages += self.site.look()
        self.step = Step("look", whole=True, exact=True)

    @rule(seconds=st.integers(2, 7))
    def sweep(self, seconds: int) -> None:
        self._sweep(seconds, ())
        self.step = Step("sweep", whole=True, swept=True)

    @rule(which=pick, n=st.integers(0, 3), on=pick, more=st.integers(0, 15))
    def request(self, which: int, n: int, on: int, more: int) -> None:
        asked: dict[str, Any] = {"args": {"n": n} if n else {}}
        if more & 1 and on % 4 == 0:
            asked["node"] = list(NODES)[on // 4 % len(NODES)]
        asked["preempt"] = more & 14 == 14
        asked["even_if_disabled"] = bool(more & 2)
        if more & 4:
            asked["key"] = f"k{n}{on}"
        self._ask(one(self._named("s"), which), asked)

    @rule(which=pick, n=pick)
    def request_more(self, which: int, n: int) -> None:
        """The plain case, which is most of the work of a site."""
        self._ask(one(self._named("s"), which), {"args": {"n": n}})

    @precondition(lambda self: self.keys)
    @rule(which=pick)
    def request_again(self, which: int) -> None:
        """The same key: the same answer, and no new run."""
        name, asked = one(self.keys, which)
        highest = self.site.value("SELECT MAX(id) FROM run")
        self.site.ask(name, **asked)
        assert self.site.value("SELECT MAX(id) FROM run") == highest
        self.step = Step("request again")

    def _ask(self, name: str, asked: dict[str, Any]) -> None:
        try:
            accepted = self.site.ask(name, **asked)
        except Refused:
            pass
        else:
            self.messages += accepted.messages
            if asked.get("key") and (name, asked) not in self.keys:
                self.keys.append((name, asked))
        self.step = Step("request", part=True, whole=False)

    @precondition(lambda self: self.seen.runs)
    @rule(which=pick)
    def cancel(self, which: int) -> None:
        runs = [row["id"] for row in self.seen.runs.values() if row["trigger"] != "hold"]
        if runs:
            self.site.cancel(one(runs, which))
            self.step = Step("cancel", whole=True, exact=True)
