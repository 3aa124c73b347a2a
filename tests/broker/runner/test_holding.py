"""A daemon's turns at its groups: entered in order, given back, taken away, left when it must stop."""

from __future__ import annotations

import threading

import pytest

from actors.context import HoldLost, StopRequested
from broker.runner.holding import CHECK, Holding
from coordinator import rescue
from store import database
from store.run import hold
from store.tx import Tx
from tests.support.engine import Engine
from tests.support.told import Told
from tests.support.until import until

HOLDS = "SELECT id FROM run WHERE trigger = 'hold'"


class Daemon:
    """A process with a daemon in it, and its way to exclusive turns."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        engine.make_node()
        engine.make_service("adder", run_groups=("g",))
        engine.make_service("rival", run_groups=("g",))
        self.process = engine.make_process("n1", slots=0)
        self.stop: str | None = None
        self.holding = Holding(
            "adder",
            process_id=self.process,
            node="n1",
            rules=engine.rules,
            clock=engine.clock,
            publisher=Told(),
            stop_reason=lambda: self.stop,
        )

    def take_away(self) -> None:
        self.engine.write(lambda tx: hold.drop(tx, hold.of_process(tx, self.process)))


@pytest.fixture
def daemon(engine: Engine) -> Daemon:
    return Daemon(engine)


def test_a_turn_holds_the_groups_and_gives_them_on(daemon: Daemon) -> None:
    with daemon.holding.exclusive() as fence:
        waiting = daemon.engine.request("rival")
        assert daemon.engine.state(waiting) == "queued"
        assert daemon.engine.sentence(waiting).startswith("waits for group g, held by Adder on n1")
        assert fence == daemon.engine.value("SELECT fence FROM run WHERE trigger = 'hold'")
    assert daemon.engine.state(waiting) == "granted"
    assert daemon.engine.rows(HOLDS) == []
    assert daemon.engine.value("SELECT holds FROM hold_minute WHERE service = 'adder'") == 1


def test_others_can_tell_whether_a_turn_goes_on(daemon: Daemon) -> None:
    with daemon.holding.exclusive() as fence:
        daemon.engine.request("rival")
        assert hold.is_held(database.read(), fence)
        assert not hold.is_held(database.read(), fence - 1)
    assert not hold.is_held(database.read(), fence)
    assert not hold.is_held(database.read(), daemon.engine.value("SELECT MAX(fence) FROM run"))


def test_a_hold_takes_no_slot_and_is_no_run(daemon: Daemon) -> None:
    with daemon.holding.exclusive():
        daemon.engine.make_service("free", parallel=8)
        granted = [daemon.engine.request("free", args={"n": n}) for n in range(8)]
        assert daemon.engine.states(*granted) == ["granted"] * 8
    assert daemon.engine.tallies("adder", "runs") == {}


def test_a_turn_waits_for_the_run_that_holds_its_group(daemon: Daemon) -> None:
    run = daemon.engine.start("rival")
    entered = threading.Event()

    def turn() -> None:
        with daemon.holding.exclusive():
            entered.set()
        database.drop_connection()

    thread = threading.Thread(target=turn)
    thread.start()
    until(lambda: daemon.engine.rows(HOLDS), "it stands in line")
    assert not entered.is_set()
    daemon.engine.end(run)
    thread.join(20)
    assert entered.is_set()


def test_a_stop_ends_the_wait_and_leaves_the_line(daemon: Daemon) -> None:
    daemon.engine.start("rival")
    daemon.stop = "stop"
    with pytest.raises(StopRequested), daemon.holding.exclusive():
        raise AssertionError("it cannot have had its turn")
    assert daemon.engine.rows(HOLDS) == []


def test_a_hold_that_was_taken_away_is_noticed_at_the_next_look(daemon: Daemon) -> None:
    def batch() -> None:
        with daemon.holding.exclusive():
            daemon.take_away()
            daemon.engine.clock.advance(CHECK)
            daemon.holding.check()
            raise AssertionError("the loss was not noticed")

    with pytest.raises(HoldLost, match="the groups of adder were taken away"):
        batch()


def test_a_hold_that_was_taken_away_is_noticed_at_the_latest_at_its_end(daemon: Daemon) -> None:
    with pytest.raises(HoldLost), daemon.holding.exclusive():
        daemon.take_away()


def test_the_groups_of_a_dead_daemon_go_to_who_waits(daemon: Daemon) -> None:
    engine = daemon.engine

    def bury(tx: Tx) -> None:
        now = engine.clock.now()
        rescue.bury(tx, [daemon.process], engine.rules, state="ended", reason="gone", now=now)

    def batch() -> None:
        with daemon.holding.exclusive():
            waiting = engine.request("rival")
            engine.write(bury)
            assert engine.state(waiting) == "granted"

    with pytest.raises(HoldLost):
        batch()


def test_who_has_had_a_turn_stands_behind_those_who_wait(daemon: Daemon) -> None:
    with daemon.holding.exclusive():
        waiting = daemon.engine.request("rival")
    daemon.engine.clock.advance(1)
    again = daemon.engine.write(
        lambda tx: hold.enter(
            tx, "adder", process_id=daemon.process, node="n1", now=daemon.engine.clock.now()
        )
    )
    assert again is not None
    daemon.engine.look()
    assert (daemon.engine.state(waiting), daemon.engine.state(again)) == ("granted", "queued")


def test_one_turn_within_another_is_refused(daemon: Daemon) -> None:
    with (
        daemon.holding.exclusive(),
        pytest.raises(RuntimeError, match="exclusive\\(\\) within exclusive"),
        daemon.holding.exclusive(),
    ):
        pass
