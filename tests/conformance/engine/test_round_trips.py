"""How often does each step of a run go to PostgreSQL, and how often does it flush the disk?

The table of docs/operating/benchmarks.md says the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from coordinator.ends import finish_and_look, finish_grouped, finish_singles, next_for
from coordinator.grants import grant_pass
from coordinator.requested import Request
from coordinator.requests import request, request_all, request_behind
from schedules.ledger import look_ahead, write
from store import database, service
from store.run.claimed import ClaimedRun, claim
from store.run.ended import Ending
from store.tx import Statement, Tx
from tests.support.engine import Engine, periodic


class Counted:
    """Round trips, statements and commits of what is written with it."""

    def __init__(self, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
        self.engine = engine
        self.trips = self.statements = self.commits = 0
        pipelined, execute = Tx._pipelined, Tx._execute

        def counted_pipeline(tx: Tx, statements: Sequence[Statement]) -> list[Any]:
            self.trips += 1
            self.statements += len(tx._waiting) + len(statements) + tx._closes
            self.commits += tx._closes + sum(sql == "COMMIT" for sql, _ in statements)
            return pipelined(tx, statements)

        def counted_execute(tx: Tx, sql: str, params: Sequence[Any], *more: Any) -> Any:
            if not (tx._waiting or tx._closes):  # else it goes into a pipeline
                self.trips += 1
                self.statements += 1
                self.commits += sql == "COMMIT"
            return execute(tx, sql, params, *more)

        monkeypatch.setattr(Tx, "_pipelined", counted_pipeline)
        monkeypatch.setattr(Tx, "_execute", counted_execute)

    def of(self, work: Callable[[Tx], Any]) -> tuple[int, int, int]:
        self.trips = self.statements = self.commits = 0
        self.engine.write(work)
        return self.trips, self.statements, self.commits


@pytest.fixture
def counted(postgresql_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Counted:
    postgresql_engine.make_service("free", parallel=100)
    postgresql_engine.make_service("one", run_groups=["a"])
    postgresql_engine.make_service("three", run_groups=["a", "b", "c"])
    postgresql_engine.make_node(slots=8)
    postgresql_engine.look()  # the process knows the node
    return Counted(postgresql_engine, monkeypatch)


def asked(name: str, many: int, first: int = 0) -> list[Request]:
    numbers = range(first, first + many)
    return [Request(service=name, trigger="api", by="tester", args={"n": number}) for number in numbers]


def ending(engine: Engine, run: ClaimedRun) -> Ending:
    return Ending(run.run_id, run.fence, run.attempt, "succeeded", engine.clock.now())


def started(engine: Engine, name: str, many: int) -> list[ClaimedRun]:
    """So many are asked for; those that may start are claimed."""
    rules, now = engine.rules, engine.clock.now()
    answers = engine.write(lambda tx: request_all(tx, asked(name, many), rules, now))
    claimed = [engine.claim(message.run_id) for message in answers.messages]
    return [run for run in claimed if run is not None]


def test_a_request_that_starts(counted: Counted) -> None:
    (wanted,) = asked("free", 1)
    rules, now = counted.engine.rules, counted.engine.clock.now()
    assert counted.of(lambda tx: request(tx, wanted, rules, now)) == (3, 13, 1)


def test_requests_that_come_together(counted: Counted) -> None:
    rules, now = counted.engine.rules, counted.engine.clock.now()
    work = lambda tx: request_all(tx, asked("free", 24), rules, now, last=True)  # noqa: E731
    assert counted.of(work) == (2, 14, 1)


def test_requests_behind_a_line(counted: Counted) -> None:
    started(counted.engine, "free", 24)
    now = counted.engine.clock.now()
    assert counted.of(lambda tx: request_behind(tx, asked("free", 16, 50), now)) == (2, 7, 1)


@pytest.mark.parametrize("many", [2, 8])
def test_a_minute_of_services_that_are_due(counted: Counted, many: int) -> None:
    engine = counted.engine
    for number in range(many):
        engine.make_service(f"due_{number}", rule=periodic(1))
    engine.look()
    engine.clock.advance(60)
    ahead = look_ahead(service.rows(database.read()), int(engine.clock.now()), engine.zone)

    def work(tx: Tx) -> object:
        tx.grant_lock()
        done = write(tx, ahead, engine.clock.now())
        assert len(done.queued) == many
        return grant_pass(tx, engine.rules, engine.clock.now(), runs=done.queued, last=True)

    assert counted.of(work) == (4, 15, 1)


def test_a_claim(counted: Counted) -> None:
    engine = counted.engine
    run_id = engine.request("free")
    fence, process_id, now = engine.run(run_id)["fence"], engine.workers["n1"], engine.clock.now()

    def work(tx: Tx) -> object:
        tx.last()
        return claim(tx, [(run_id, fence)], process_id=process_id, node="n1", now=now)

    assert counted.of(work) == (1, 4, 1)


def test_an_end_while_nobody_waits(counted: Counted) -> None:
    run = counted.engine.start("free")
    assert counted.of(lambda tx: finish_singles(tx, [ending(counted.engine, run)])) == (2, 6, 1)


def test_ends_and_the_next_runs_of_a_line(counted: Counted) -> None:
    engine = counted.engine
    runs = started(engine, "free", 24)
    assert len(runs) == 8

    def work(tx: Tx) -> None:
        ends, now = [ending(engine, run) for run in runs], engine.clock.now()
        _, looked = finish_and_look(tx, ends, engine.rules, now)
        taken = next_for(tx, engine.rules, engine.here(), now, take=8, looked=looked).taken
        assert len(taken) == 8

    assert counted.of(work) == (2, 15, 1)


@pytest.mark.parametrize("many", [2, 6])
def test_ends_of_several_services(counted: Counted, many: int) -> None:
    engine = counted.engine
    for number in range(many):
        engine.make_service(f"own_{number}")
    engine.look()
    runs = [engine.start(f"own_{number}") for number in range(many)]
    ends = [ending(engine, run) for run in runs]
    assert counted.of(lambda tx: finish_singles(tx, ends)) == (2, 7, 1)


@pytest.mark.parametrize("name", ["one", "three"])
def test_a_hand_over_of_groups(counted: Counted, name: str) -> None:
    engine = counted.engine
    (run,) = started(engine, name, 20)
    end, here, now = ending(engine, run), engine.here(), engine.clock.now()

    def work(tx: Tx) -> None:
        found = finish_grouped(tx, end, engine.rules, here, now, groups=run.groups, last=True)
        assert found.next is not None

    assert counted.of(work) == (2, 17, 1)
