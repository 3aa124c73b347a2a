"""When is a service's thread interrupted, and when never?"""

from __future__ import annotations

import threading

import pytest

from broker.runner.active import ActiveRun, ActiveRuns, Stopped
from broker.runner.insist import insist
from store.errors import DatabaseAway, DatabaseError
from tests.broker.runner.bench import claimed_run
from tests.support.until import until


class Busy:
    """A thread that is in a service until it is interrupted or released."""

    def __init__(self, *, leaves: bool = False) -> None:
        self.leaves = leaves
        self.run: ActiveRun | None = None
        self.how: str | None = None
        self.release = threading.Event()
        self.thread = threading.Thread(target=self._work, daemon=True)
        self.thread.start()
        until(lambda: self.run is not None, "it is in its service")

    def _work(self) -> None:
        run = ActiveRun(claimed_run(), 0.0)
        if self.leaves:
            run.left_service()
        try:
            self.run = run
            while not self.release.wait(0.005):
                pass
            self.how = "released"
        except Stopped:
            self.how = "stopped"

    def end(self) -> str | None:
        self.release.set()
        self.thread.join(10)
        return self.how


def test_an_interrupt_stops_code_that_does_not_look() -> None:
    busy = Busy()
    assert busy.run is not None
    busy.run.interrupt()
    until(lambda: busy.how == "stopped", "it was interrupted")
    busy.end()


def test_a_thread_that_has_left_its_service_is_never_interrupted() -> None:
    busy = Busy(leaves=True)
    assert busy.run is not None
    busy.run.interrupt()
    assert busy.end() == "released"


def test_an_interrupt_comes_once(monkeypatch: pytest.MonkeyPatch) -> None:
    raised: list[int] = []
    monkeypatch.setattr(
        "broker.runner.active.raise_thread_exception", lambda thread, _: raised.append(thread)
    )
    run = ActiveRun(claimed_run(), 0.0)
    run.interrupt()
    run.interrupt()
    assert raised == [threading.get_ident()]


def test_a_services_own_net_lets_the_interrupt_pass() -> None:
    assert not issubclass(Stopped, Exception)


def test_the_first_wish_to_stop_stays_but_for_a_lost_fence() -> None:
    run = ActiveRun(claimed_run(), 0.0)
    assert run.ask_to_stop("cancel", 5.0)
    assert not run.ask_to_stop("time limit", 6.0)
    assert (run.stop_reason, run.stop_at) == ("cancel", 5.0)
    assert run.ask_to_stop("lost", 7.0)
    assert (run.stop_reason, run.stop_at) == ("lost", 5.0)


def test_waiting_for_idle_ends_with_the_last_run() -> None:
    runs = ActiveRuns()
    first, second = (ActiveRun(claimed_run(fence=fence), 0.0) for fence in (1, 2))
    runs.add(first)
    runs.add(second)
    assert not runs.wait_idle(0)
    waiter = threading.Thread(target=runs.wait_idle, args=(60,), daemon=True)
    waiter.start()
    runs.remove(first)
    assert (runs.all(), waiter.is_alive()) == ([second], True)
    runs.remove(second)
    waiter.join(10)
    assert not waiter.is_alive()
    assert runs.wait_idle(0)


def test_other_trouble_than_an_outage_is_not_insisted_on() -> None:
    asked: list[int] = []

    def ask() -> None:
        asked.append(1)
        raise DatabaseError("no such column")

    with pytest.raises(DatabaseError, match="no such column"):
        insist(ask)
    assert asked == [1]


def test_insisting_ends_when_it_has_no_point_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("broker.runner.insist.AGAIN", 0.0)
    told: list[str] = []

    def ask() -> None:
        raise DatabaseAway("gone")

    with pytest.raises(DatabaseAway):
        insist(ask, until=lambda: len(told) == 3, told=told.append)
    assert told == ["gone"] * 3
