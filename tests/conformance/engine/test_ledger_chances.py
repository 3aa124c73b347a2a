"""Does every planned time end in exactly one recorded outcome, whatever happens and in whatever order?"""

from __future__ import annotations

import random
import secrets
import threading
from typing import Any

from domain.time.planned import planned_times
from domain.time.stored import from_json
from schedules.ledger import account
from store import database, service
from tests.support.engine import START, Engine, periodic

MINUTE = 60


class Chance:
    """Random gaps, steps of the clock and edits; knows which times must have been recorded."""

    RULES = (
        periodic(1),
        periodic(5, 2),
        periodic(7),
        {"kind": "fixed_time", "times": ["08:03", "08:30", "10:00"]},
    )

    def __init__(self, engine: Engine, seed: int) -> None:
        self.engine = engine
        self.random = random.Random(seed)
        self.expected: dict[str, list[int]] = {}
        self.mark: dict[str, int] = {}
        self.rule: dict[str, Any] = {}
        self.enabled: dict[str, bool] = {}
        for n, rule in enumerate(self.RULES):
            name = f"s{n}"
            engine.make_service(
                name,
                rule=rule,
                misfire=self.random.choice(["once", "skip", "all"]),
                overlap=self.random.choice(["queue_one", "skip", "queue_all"]),
                misfire_window=self.random.choice([60.0, 900.0, 7200.0]),
            )
            self.expected[name], self.mark[name] = [], int(engine.clock.now())
            self.rule[name], self.enabled[name] = rule, True
        engine.make_node(slots=2)

    def step(self) -> None:
        engine = self.engine
        acts = (
            [self.wait] * 6
            + [self.tick] * 6
            + [self.work] * 4
            + [self.clock, self.edit, self.switch, self.pause]
        )
        self.random.choice([*acts, self.maintenance])()
        engine.look()

    def wait(self) -> None:
        self.engine.clock.advance(self.random.choice([1, 20, 60, 60, 61, 150, 400, 4000]))

    def clock(self) -> None:
        self.engine.clock.jump(self.random.choice([-3600, -90, -1, 1, 90, 7200]))

    def tick(self) -> None:
        self.account(*self.rule)
        self.engine.tick(grant=True)

    def work(self) -> None:
        granted = self.engine.rows("SELECT id FROM run WHERE state = 'granted' ORDER BY id")
        if granted and (run := self.engine.claim(granted[0][0])):
            self.engine.end(run, self.random.choice(["succeeded", "failed"]))

    def edit(self) -> None:
        name, rule = self.random.choice(list(self.rule)), self.random.choice(self.RULES)
        self.account(name)
        self.engine.edit(lambda editor: editor.schedule(name, from_json(rule)))
        self.rule[name] = rule

    def switch(self) -> None:
        name = self.random.choice(list(self.rule))
        self.account(name)
        self.enabled[name] = not self.enabled[name]
        self.engine.edit(lambda e: e.enable(name) if self.enabled[name] else e.disable(name))

    def pause(self) -> None:
        name = self.random.choice(list(self.rule))
        self.account(name)
        until = self.random.choice([None, self.engine.clock.now() + 300])
        self.engine.edit(lambda e: e.resume(name) or e.pause(name, until))

    def maintenance(self) -> None:
        self.account(*self.rule)
        self.engine.edit(lambda e: e.maintenance(True) or e.maintenance(False))

    def account(self, *names: str) -> None:
        now = int(self.engine.clock.now())
        for name in names:
            if self.enabled[name] and now > self.mark[name]:
                times = planned_times(from_json(self.rule[name]), self.mark[name], now, self.engine.zone)
                self.expected[name] += [one.at for one in times]
            self.mark[name] = max(self.mark[name], now)


def recorded(engine: Engine, name: str, expected: list[int]) -> None:
    """Each expected time is in one record, and no record holds another time."""
    rows = engine.rows(
        "SELECT planned_at, COALESCE(planned_until, planned_at), planned_count FROM run WHERE service = ?",
        name,
    )
    for first, last, count in rows:
        assert first in expected
        assert last in expected
        assert sum(first <= at <= last for at in expected) >= count
    singles = [row[0] for row in rows if row[2] == 1]
    assert len(singles) == len(set(singles))
    assert sum(row[2] for row in rows) == len(expected)


def test_random_gaps_steps_and_edits_leave_one_outcome_for_each_planned_time(engine: Engine) -> None:
    seed = secrets.randbelow(10**6)
    print("seed", seed)
    chance = Chance(engine, seed)
    for _ in range(200):
        chance.step()
    chance.tick()
    for name, expected in chance.expected.items():
        assert len(expected) == len(set(expected))
        recorded(engine, name, expected)
    # What was merged names a run that did not itself go into another.
    chained = """SELECT r.id FROM run r JOIN run m ON m.id = r.merged_into
                 WHERE m.state IN ('merged', 'skipped') AND (m.reason IS NULL OR m.reason <> 'disabled')"""
    assert engine.rows(chained) == []


def test_beats_that_tick_at_the_same_moment_write_each_occurrence_once(engine: Engine) -> None:
    for n in range(5):
        engine.make_service(
            f"s{n}", rule=periodic(1), misfire="all", overlap="queue_all", misfire_window=7200.0
        )
    start = threading.Barrier(4)
    failed: list[BaseException] = []

    def beat(late: float) -> None:
        def work(tx: Any, now: float) -> None:
            tx.grant_lock()
            account(tx, service.rows(tx), now, engine.zone)

        try:
            start.wait()
            for minute in range(1, 16):
                now = START + minute * MINUTE + late
                database.write(lambda tx, now=now: work(tx, now))  # type: ignore[misc]
        except BaseException as error:
            failed.append(error)
        finally:
            database.drop_connection()

    beats = [threading.Thread(target=beat, args=(late,)) for late in (0.0, 0.2, 31.0, -20.0)]
    for one in beats:
        one.start()
    for one in beats:
        one.join()
    assert failed == []
    for n in range(5):
        recorded(engine, f"s{n}", [int(START) + minute * MINUTE for minute in range(1, 16)])
    assert engine.value("SELECT COUNT(*) FROM run") == 75
