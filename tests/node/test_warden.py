"""When does a worker process ask a run to stop, interrupt it, or end itself?"""

from __future__ import annotations

import os
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, NoReturn

import pytest

from broker.runner.active import ActiveRun, ActiveRuns
from coordinator import rescue
from coordinator.world import Rules
from node.board import Board
from node.child import LEASE_LOST
from node.warden import ASTRAY, Warden
from tests.broker.runner.bench import claimed_run
from tests.support.clock import FakeClock
from tests.support.engine import Engine
from tests.support.told import Told
from tests.support.until import until

RULES = Rules(lease=15.0, grace=10.0)


class Run(ActiveRun):
    """A run in execution that notes an interrupt instead of taking it."""

    def interrupt(self) -> None:
        self.interrupted = self.interrupted or self.in_service


class Exited(BaseException):
    """The process has ended, with this code."""


class Worker:
    """A warden with its clock, its board and the runs it watches; no thread and no process."""

    def __init__(self, rules: Rules = RULES, clock: FakeClock | None = None, process_id: int = 1) -> None:
        self.clock = clock or FakeClock()
        self.board = Board(1)
        self.active = ActiveRuns()
        self.sent = Told()
        self.flushed = 0
        child: Any = SimpleNamespace(
            site=SimpleNamespace(clock=self.clock, rules=rules),
            board=self.board,
            row=0,
            name="worker-1",
            node="n1",
        )
        engine = SimpleNamespace(publisher=self.sent)
        runner: Any = SimpleNamespace(active=self.active, flush=self._flush, engine=engine)
        self.warden = Warden(child, process_id, runner)

    def begin(self, fence: int = 1, **claimed: Any) -> Run:
        run = Run(claimed_run(fence=fence, **{"time_limit": 60.0, **claimed}), self.clock.monotonic())
        self.active.add(run)
        return run

    def after(self, seconds: float) -> None:
        """So much later the warden looks, having looked each quarter of a second as it does."""
        self.clock.advance(seconds)
        self.warden.tick()

    @property
    def kill_in(self) -> float:
        """Seconds until the agent kills the process; negative when it is due."""
        return self.board.kill_at(0) - self.clock.monotonic()

    def _flush(self) -> None:
        self.flushed += 1


@pytest.fixture
def worker() -> Worker:
    return Worker()


@pytest.fixture
def no_exit(monkeypatch: pytest.MonkeyPatch) -> None:
    """The end of the process is an exception that nothing catches."""

    def left(code: int) -> NoReturn:
        raise Exited(code)

    monkeypatch.setattr(os, "_exit", left)


def renewed(worker: Worker) -> Worker:
    """The lease was just renewed, so that only the limits of the runs count."""
    worker.warden._renewed = worker.clock.monotonic()
    return worker


def test_each_look_says_that_the_process_lives(worker: Worker) -> None:
    worker.after(1.0)
    assert (worker.board.alive_at(0), worker.board.kill_at(0)) == (worker.clock.monotonic(), 0.0)


def test_a_run_posts_in_advance_when_its_process_is_to_be_killed(worker: Worker) -> None:
    run = worker.begin()
    worker.warden.post(run)
    assert worker.kill_in == 60.0 + 2 * RULES.grace
    worker.begin(fence=2, time_limit=5.0)
    worker.warden.post()
    assert worker.kill_in == 5.0 + 2 * RULES.grace


def test_a_run_that_has_ended_takes_its_plan_back(worker: Worker) -> None:
    run = worker.begin()
    worker.warden.post(run)
    worker.active.remove(run)
    worker.warden.post(run)
    assert worker.board.kill_at(0) == 0.0


def test_a_run_is_asked_to_stop_at_its_time_limit_and_not_before(worker: Worker) -> None:
    run = worker.begin()
    worker.after(59.9)
    assert run.stop_reason is None
    worker.after(0.2)
    assert (run.stop_reason, run.interrupted) == ("time limit", False)


def test_a_step_that_does_not_stop_in_its_grace_costs_the_run(worker: Worker) -> None:
    run = worker.begin()
    run.step = ("Slow", worker.clock.monotonic() + 5.0, 5.0)
    worker.after(5.0 + RULES.grace - 0.1)
    assert run.stop_reason is None
    worker.after(0.2)
    assert run.stop_reason == "time limit"


@pytest.mark.parametrize("reason", ["cancel", "drain", "lost"])
def test_a_run_that_does_not_stop_is_interrupted_at_half_the_grace(worker: Worker, reason: str) -> None:
    run, other = worker.begin(), worker.begin(fence=2)
    run.ask_to_stop(reason, worker.clock.monotonic())
    worker.after(RULES.grace / 2 - 0.1)
    assert not run.interrupted
    worker.after(0.2)
    assert (run.interrupted, other.interrupted, worker.warden.spent) == (True, False, False)


def test_a_run_that_outlives_its_grace_costs_the_process(
    worker: Worker, caplog: pytest.LogCaptureFixture
) -> None:
    run = worker.begin()
    run.ask_to_stop("cancel", worker.clock.monotonic())
    renewed(worker).after(RULES.grace - 0.1)
    assert not worker.warden.spent
    for _ in range(3):
        renewed(worker).after(0.2)
    assert worker.warden.spent
    assert worker.kill_in < 2 * RULES.grace
    assert caplog.messages == ["run 1 of mail did not stop: worker-1 is killed"]


def test_siblings_of_a_run_that_hangs_have_a_grace_of_their_own(worker: Worker) -> None:
    hung = worker.begin()
    worker.begin(fence=2)
    hung.ask_to_stop("cancel", worker.clock.monotonic())
    renewed(worker).after(RULES.grace + 0.1)
    assert worker.warden.spent
    assert worker.kill_in == pytest.approx(RULES.grace - 0.1)


def test_a_run_whose_service_has_returned_does_not_cost_the_process(worker: Worker) -> None:
    run = worker.begin()
    run.ask_to_stop("cancel", worker.clock.monotonic())
    run.left_service()
    renewed(worker).after(RULES.grace + 0.1)
    assert (worker.warden.spent, run.interrupted) == (False, False)


@pytest.mark.usefixtures("no_exit")
class TestWithoutRenewal:
    """The lease is not renewed: what holds groups must be gone before it can be over."""

    def test_holders_are_asked_at_half_the_lease_and_the_others_go_on(self, worker: Worker) -> None:
        holder, free = worker.begin(groups=("disk",)), worker.begin(fence=2)
        worker.after(RULES.lease * 0.49)
        assert holder.stop_reason is None
        worker.after(RULES.lease * 0.02)
        assert (holder.stop_reason, holder.interrupted, free.stop_reason) == ("lost", False, None)

    def test_holders_are_interrupted_in_time(self, worker: Worker) -> None:
        holder, free = worker.begin(groups=("disk",)), worker.begin(fence=2)
        worker.after(RULES.lease * 0.71)
        assert (holder.interrupted, free.interrupted) == (True, False)

    def test_a_process_whose_holder_does_not_stop_ends_before_its_lease(self, worker: Worker) -> None:
        worker.begin(groups=("disk",))
        with pytest.raises(Exited) as left:
            worker.after(RULES.lease * 0.86)
        assert left.value.args == (LEASE_LOST,)

    def test_a_process_without_holders_waits_for_the_database(self, worker: Worker) -> None:
        free = worker.begin(time_limit=900.0)
        done = worker.begin(fence=2, groups=("disk",), time_limit=900.0)
        done.left_service()
        worker.after(RULES.lease * 10)
        assert (free.stop_reason, done.stop_reason) == (None, None)


class Renewing:
    """A worker whose warden looks at the engine's database from its own thread."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        engine.make_node()
        engine.make_service("mail", run_groups=["disk"])
        self.process_id = engine.workers["n1"]
        self.worker = Worker(Rules(lease=0.05), engine.clock, self.process_id)

    def begin(self) -> Run:
        """A run that is ours by the database's word, in execution since a moment ago."""
        run = Run(self.engine.start("mail"), self.engine.clock.monotonic())
        self.worker.active.add(run)
        self.engine.clock.advance(0.001)
        return run

    def heartbeats(self, count: int, seconds: float, worker: Worker | None = None) -> Worker:
        """So many looks at the database, so far apart, of a worker with the usual lease."""
        worker = worker or Worker(RULES, self.engine.clock, self.process_id)
        for _ in range(count):
            self.engine.clock.advance(seconds)
            worker.warden._ask_database()
        return worker

    def looks(self, count: int) -> None:
        """Wait until the lease was renewed so many times more."""
        before = self._renewal()
        until(lambda: self._renewal() >= before + count, "the lease is renewed")

    def _renewal(self) -> int:
        return int(self.engine.value("SELECT renewal FROM process WHERE id = ?", self.process_id))


@pytest.fixture
def renewing(sqlite_engine: Engine) -> Iterator[Renewing]:
    made = Renewing(sqlite_engine)
    yield made
    if made.worker.warden._thread.is_alive():
        made.worker.warden.stop()


def test_the_lease_is_renewed_and_what_runs_say_is_written(renewing: Renewing) -> None:
    renewing.worker.warden.start()
    renewing.looks(2)
    until(lambda: renewing.worker.flushed >= 2, "the runs' lines are written")


def test_a_cancelled_run_is_asked_to_stop(renewing: Renewing) -> None:
    run = renewing.begin()
    renewing.worker.warden.start()
    renewing.looks(2)
    assert run.stop_reason is None
    renewing.engine.cancel(run.claimed.run_id)
    until(lambda: run.stop_reason == "cancel", "it is asked to stop")


def test_a_run_that_lost_its_fence_is_asked_to_stop(renewing: Renewing) -> None:
    run = renewing.begin()
    renewing.engine.write(lambda tx: tx.run("UPDATE run SET fence = fence + 1"))
    renewing.worker.warden.start()
    until(lambda: run.stop_reason == "lost", "it is asked to stop")


def test_a_run_nobody_here_executes_is_given_up_and_its_groups_go_on(renewing: Renewing) -> None:
    stray = renewing.engine.start("mail")
    waiting = renewing.engine.request("mail")
    worker = renewing.heartbeats(int(ASTRAY), seconds=1.0)
    assert renewing.engine.state(stray.run_id) == "running"
    renewing.heartbeats(1, seconds=1.0, worker=worker)
    assert renewing.engine.state(stray.run_id) == "lost"
    assert [message.run_id for message in worker.sent] == [waiting]


def test_a_database_that_took_no_writes_for_long_makes_no_run_astray(renewing: Renewing) -> None:
    stray = renewing.engine.start("mail")  # who is to take it over waits as well
    worker = renewing.heartbeats(1, seconds=1.0)
    renewing.heartbeats(1, seconds=ASTRAY * 10, worker=worker)
    assert renewing.engine.state(stray.run_id) == "running"


def test_a_run_in_execution_is_never_taken_for_astray(renewing: Renewing) -> None:
    run = renewing.begin()
    renewing.worker.warden.start()
    for _ in range(2):
        renewing.looks(2)
        renewing.engine.clock.advance(ASTRAY)
    renewing.looks(2)
    assert renewing.engine.state(run.claimed.run_id) == "running"


def test_one_heartbeat_stops_a_run_whose_fence_was_retired(renewing: Renewing) -> None:
    run = renewing.begin()
    renewing.engine.write(lambda tx: tx.run("UPDATE run SET fence = fence + 1"))
    renewing.worker.warden._ask_database()
    assert run.stop_reason == "lost"


@pytest.mark.usefixtures("no_exit")
def test_one_heartbeat_ends_a_process_that_was_given_up(renewing: Renewing) -> None:
    renewing.begin()
    engine, dead = renewing.engine, [renewing.process_id]
    engine.write(lambda tx: rescue.bury(tx, dead, engine.rules, state="lost", reason="silent", now=1.0))
    with pytest.raises(Exited) as left:
        renewing.worker.warden._ask_database()
    assert left.value.args == (LEASE_LOST,)
