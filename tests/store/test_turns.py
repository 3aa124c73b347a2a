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

    def lead(self, turn: Sequence[Named], own: Named) -> None:
        number = len(self.seen)
        self.seen.append([each.name for each in turn])
        assert self.go[number].wait(20)
        if number == self.stop_in:
            self.turns.back([each for each in turn if each is not own])
            raise Stopped
        for each in turn:
            each.finish()

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


def test_who_is_finished_goes_on_though_another_turn_has_begun(work: Work) -> None:
    first = work.thread("a")
    others = [work.thread("b"), work.thread("c")]
    work.go[0].set()
    first.join(20)
    until(lambda: len(work.seen) == 2, "those who waited have their turn")
    late = work.thread("d")
    work.go[1].set()
    until(lambda: len(work.seen) == 3, "the third turn is at work, and stays so")
    for thread in others:
        thread.join(20)
        assert not thread.is_alive()
    work.go[2].set()
    late.join(20)
    assert work.seen == [["a"], ["b", "c"], ["d"]]


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
