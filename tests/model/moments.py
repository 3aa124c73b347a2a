"""The site of the model from moment to moment: after each, the laws are checked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, TypeVar

from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant

from coordinator import rescue
from coordinator.grants import RunMessage
from coordinator.sentence import explain_all
from store import database, process
from store.run import waiting
from store.run.claimed import ClaimedRun
from tests.model import site, watch
from tests.model.laws import Laws, Step, check_explained
from tests.model.oracle import AGE_STEP, judge
from tests.model.seen import look
from tests.model.site import Site

Item = TypeVar("Item")


class Moments(RuleBasedStateMachine):
    """Coordinator, ledger and store of one site; the workers are the model's own."""

    steps: ClassVar[int] = 0  # all that were taken, over all sites

    def __init__(self) -> None:
        super().__init__()
        database.write(watch.empty, durable=False)
        self.site = Site()
        self.messages: list[RunMessage] = []
        self.working: list[ClaimedRun] = []  # what workers believe they execute, also those given up
        self.told: list[RunMessage] = []  # messages that were delivered before
        self.ended: list[ClaimedRun] = []  # what workers have ended before
        self.keys: list[tuple[str, dict[str, Any]]] = []
        self.step: Step | None = None
        self.laws = Laws()

    @initialize(wanted=site.services, daemons=site.daemons, slots=site.slots)
    def found(self, wanted: list[dict[str, Any]], daemons: list[list[str]], slots: tuple[int, ...]) -> None:
        self.site.found(wanted, daemons, slots)
        self.seen = look(self.site.clock.now(), None)
        self.opinion = judge(self.seen)

    @invariant()
    def laws_hold(self) -> None:
        if self.step is not None:
            Moments.steps += 1
            self._settle(self.step)
            self.step = None

    def _settle(self, step: Step) -> None:
        """One moment is over: check it."""
        now = self.site.clock.now()
        after = look(now, self.seen)
        self.opinion = self.laws.check(self.seen, after, step, self.opinion)
        if after.waiting():
            tx = database.read()
            check_explained(after, self.opinion, explain_all(tx, self.site.rules, now, self.site.zone))
            ready = [row[0] for row in tx.all(*waiting.first_in_line(tx.dialect, now, AGE_STEP, 999))]
            assert ready == [run_id for run_id in self.opinion.line if run_id in set(ready)], (
                "the line's order"
            )
        self.seen = after

    def _sweep(self, seconds: int, silent: Sequence[int]) -> None:
        self.site.clock.advance(seconds)
        now, alive = self.site.clock.now(), [each for each in self.seen.processes if each not in silent]
        self.site.write(lambda tx: [process.renew(tx, each, now=now) for each in alive])
        self.messages += self.site.sweep().messages

    def _bury(self, processes: list[int]) -> None:
        rules, now = self.site.rules, self.site.clock.now()
        self.messages += self.site.write(
            lambda tx: rescue.bury(tx, processes, rules, state="ended", reason="gone", now=now)
        )

    def _named(self, letter: str) -> list[str]:
        return [name for name in self.seen.services if name[0] == letter]


def one(things: Sequence[Item], number: int) -> Item:
    """The thing that a random number stands for."""
    return things[number % len(things)]
