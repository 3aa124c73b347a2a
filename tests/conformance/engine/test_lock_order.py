"""Do many who change the same runs at once ever wait for each other in a circle?"""

from __future__ import annotations

import random
import secrets
import threading
from typing import Any

from coordinator import rescue
from coordinator.ends import finish_grouped, finish_singles
from coordinator.grants import grant_pass
from coordinator.requested import Request
from coordinator.requests import request
from coordinator.sweep import Sweeper
from schedules.edit import Editor
from schedules.ledger import account
from store import database, process, service
from store.run import cancelled
from store.run.claimed import claim
from store.run.ended import Ending
from store.tx import Tx
from tests.support.engine import Engine, periodic

THREADS = 8
STEPS = 60


class Player(threading.Thread):
    """Does one random thing after the other; remembers what went wrong."""

    def __init__(self, engine: Engine, seed: str) -> None:
        super().__init__()
        self.engine = engine
        self.random = random.Random(seed)
        self.failed: list[str] = []
        monotonic = engine.clock.monotonic
        self.sweeper = Sweeper(engine.rules, engine.clock.now, monotonic, renewed=monotonic)

    def run(self) -> None:
        acts = [self.ask] * 4 + [self.claim] * 4 + [self.end] * 5 + [self.cancel, self.sweep, self.tick]
        for _ in range(STEPS):
            act = self.random.choice([*acts, self.edit, self.sync, self.lose])
            try:
                act()
            except Exception as error:
                self.failed.append(f"{act.__name__}: {type(error).__name__}: {error}")
        database.drop_connection()

    def ask(self) -> None:
        args = {"n": self.random.randint(1, 9)}
        wanted = Request(service=self.random.choice(NAMES), trigger="api", by="x", args=args)
        database.write(lambda tx: request(tx, wanted, self.engine.rules, self.engine.clock.now()))

    def claim(self) -> None:
        found = self._some("SELECT id, fence, node FROM run WHERE state = 'granted'", 5)
        mine = self.engine.workers["n1"]
        wanted = [(row[0], row[1]) for row in found]
        database.write(lambda tx: claim(tx, wanted, process_id=mine, node="n1", now=self.engine.clock.now()))

    def end(self) -> None:
        for run_id, fence, attempt, groups in self._some(
            "SELECT id, fence, attempt, run_groups FROM run WHERE state = 'running'", 2
        ):
            ended = self.random.choice(["succeeded", "failed", "drained"])
            ending = Ending(run_id, fence, attempt, ended, self.engine.clock.now(), retries=1)
            self._end(ending, groups.split())

    def _end(self, ending: Ending, groups: list[str]) -> None:
        here = self.engine.here()
        rules = self.engine.rules
        if groups:
            database.write(lambda tx: finish_grouped(tx, ending, rules, here, groups=groups))
        else:
            database.write(lambda tx: finish_singles(tx, [ending]))

    def cancel(self) -> None:
        found = self._some("SELECT id FROM run WHERE state IN ('queued', 'granted', 'running')", 6)
        ids = [row[0] for row in found]
        database.write(lambda tx: cancelled.cancel(tx, ids, by="x", now=self.engine.clock.now()))

    def sweep(self) -> None:
        self.sweeper.sweep()

    def tick(self) -> None:
        self.engine.clock.advance(60)

        def work(tx: Tx) -> None:
            tx.grant_lock()
            done = account(tx, service.rows(tx), self.engine.clock.now(), self.engine.zone)
            grant_pass(tx, self.engine.rules, self.engine.clock.now(), runs=done.queued)

        database.write(work)

    def edit(self) -> None:
        name, priority = self.random.choice(NAMES), self.random.randint(0, 10)

        def work(tx: Tx) -> None:
            editor = Editor(tx, by="x", now=self.engine.clock.now(), zone=self.engine.zone)
            if priority == 10:
                editor.disable(name)
                editor.enable(name)
            editor.values(name, priority=priority)

        database.write(work)

    def sync(self) -> None:
        """A node that starts tells of its catalogue, and buries what it was."""
        changed = self.random.randint(100, 900)

        def work(tx: Tx) -> Any:
            declared = [*self.engine._declared.values()]
            self.random.shuffle(declared)
            for one in declared:
                one.defaults["time_limit"] = float(changed)  # type: ignore[index]
            service.sync(tx, declared, self.engine.clock.now())
            return rescue.bury(tx, [-1], self.engine.rules, state="ended", reason="x", now=1.0)

        database.write(work)

    def lose(self) -> None:
        """The worker of n1 is given up although its runs may be ending just now."""
        live = {one.id: one for one in process.live(database.read())}
        dead = live.get(self.engine.workers["n1"])
        if dead is None:
            return  # another player was faster
        new = self.engine.make_process("n1", slots=20)
        now = self.engine.clock.now()
        database.write(lambda tx: rescue.give_up(tx, dead, self.engine.rules, now=now, reason="x"))
        self.engine.workers["n1"] = new

    def _some(self, sql: str, count: int) -> list[tuple[Any, ...]]:
        found = database.read().all(sql)
        return self.random.sample(found, min(count, len(found)))


NAMES = ("ab", "bc", "c", "free", "more")


def test_nobody_waits_in_a_circle(engine: Engine) -> None:
    seed = secrets.randbelow(10**6)
    print("seed", seed)
    engine.make_service("ab", run_groups=["a", "b"], rule=periodic(1))
    engine.make_service("bc", run_groups=["b", "c"])
    engine.make_service("c", run_groups=["c"], retry_lost=True)
    engine.make_service("free", parallel=9, rule=periodic(2))
    engine.make_service("more", parallel=9)
    engine.make_node("n1", slots=20)
    players = [Player(engine, f"{seed}.{n}") for n in range(THREADS)]
    for one in players:
        one.start()
    for one in players:
        one.join()
    assert [text for one in players for text in one.failed] == []
    active = engine.rows("SELECT id, run_groups FROM run WHERE state IN ('granted', 'running')")
    assert engine.held() == {group: row[0] for row in active for group in row[1].split()}
    twice = "SELECT run_id FROM attempt WHERE ended = 'succeeded' GROUP BY run_id HAVING COUNT(*) > 1"
    assert engine.rows(twice) == []
