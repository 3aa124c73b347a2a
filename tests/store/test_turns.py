"""Does a thread whose thing is done go on, while another is at work?"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import suppress

import pytest

from store.turns import Turns, Waiting
from tests.support.until import until

MOST = 8


class Stopped(BaseException):
    """What a thread is stopped with, wherever it is."""


class Named(Waiting):
    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name


class Work:
    """Leads turns; each waits until it may `go` on. It keeps who was in each."""

    def __init__(self) -> None:
        self.turns: Turns[Named] = Turns(self.lead, MOST)
        self.seen: list[list[str]] = []
        self.go = [threading.Event() for _ in range(9)]
        self.stop_in = -1
        self.stay = threading.Event()  # the leader, when all are finished
        self.stay.set()

    def lead(self, turn: Sequence[Named], own: Named) -> None:
        number = len(self.seen)
        self.seen.append([each.name for each in turn])
        assert self.go[number].wait(20)
        if number == self.stop_in:
            self.turns.back([each for each in turn if each is not own])
            raise Stopped
        for each in turn:
            each.finish()
        assert self.stay.wait(20)

    def thread(self, name: str) -> threading.Thread:
        def go() -> None:
            with suppress(Stopped):
                self.turns.go(Named(name))

        waiting, turns = len(self.turns), len(self.seen)
        thread = threading.Thread(target=go, name=name, daemon=True)
        thread.start()
        until(lambda: len(self.turns) > waiting or len(self.seen) > turns, f"{name} has come")
        return thread


@pytest.fixture
def work() -> Work:
    return Work()


def test_who_is_finished_goes_on_though_the_leader_is_still_at_work(work: Work) -> None:
    work.stay = threading.Event()
    first = work.thread("a")
    others = {thread.name: thread for thread in (work.thread("b"), work.thread("c"))}
    work.go[0].set()
    work.stay.set()
    first.join(20)
    until(lambda: len(work.seen) == 2, "those who waited have their turn")
    work.stay.clear()
    work.go[1].set()
    until(lambda: sum(thread.is_alive() for thread in others.values()) == 1, "one of the two goes on")
    work.stay.set()
    for thread in others.values():
        thread.join(20)
    assert work.seen == [["a"], ["b", "c"]]


def test_what_a_stopped_leader_gave_back_is_done_by_those_who_wait(work: Work) -> None:
    work.stop_in = 1
    threads = [work.thread(name) for name in "abcd"]
    for event in work.go:
        event.set()
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()
    assert work.seen[1] == ["b", "c", "d"]
    assert len(work.seen[2]) == 2


def test_no_turn_has_more_than_the_most(work: Work) -> None:
    names = [f"{n:02d}" for n in range(MOST + 4)]
    threads = [work.thread(name) for name in names]
    for event in work.go:
        event.set()
    for thread in threads:
        thread.join(20)
    assert [len(turn) for turn in work.seen] == [1, MOST, 3]
