"""Is what several threads ask for at the same moment done for all of them at once?"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from broker.together import OneThread, Together
from store.errors import DatabaseAway
from tests.support.until import until

Made = Callable[[Callable[[Sequence[int]], Sequence[int]]], Together[int, int]]


@pytest.fixture(params=[Together, OneThread])
def made(request: pytest.FixtureRequest) -> Iterator[Made]:
    """Makes one of either kind; it is closed afterwards."""
    all_made: list[Together[int, int]] = []

    def make(work: Callable[[Sequence[int]], Sequence[int]]) -> Together[int, int]:
        all_made.append(request.param(work))
        return all_made[-1]

    yield make
    for each in all_made:
        each.close()


class Slow:
    """Doubles numbers; the first turn waits until `go`. It keeps what it was given, turn by turn."""

    def __init__(self, error: Exception | None = None, bad: int = -1) -> None:
        self.turns: list[list[int]] = []
        self.go = threading.Event()
        self._error, self._bad = error, bad

    def __call__(self, numbers: Sequence[int]) -> Sequence[int]:
        self.turns.append(list(numbers))
        if len(self.turns) == 1:
            assert self.go.wait(20)
        elif self._error is not None and self._bad in numbers:
            raise self._error
        return [2 * number for number in numbers]


def asked(together: Together[int, int], work: Slow, numbers: Sequence[int]) -> list[Future[int]]:
    """Asks for 0, and for the numbers while that is at work; the answers to these."""
    pool = ThreadPoolExecutor(len(numbers) + 1)
    first = pool.submit(together.do, 0)
    until(lambda: work.turns == [[0]], "the first is at work")
    rest = [pool.submit(together.do, number) for number in numbers]
    until(lambda: len(together._asked) == len(numbers), "the others wait")
    work.go.set()
    assert first.result(20) == 0
    pool.shutdown()
    return rest


def test_those_that_come_meanwhile_go_together(made: Made) -> None:
    work = Slow()
    answers = asked(made(work), work, [1, 2, 3])
    assert [each.result() for each in answers] == [2, 4, 6]
    assert [sorted(turn) for turn in work.turns] == [[0], [1, 2, 3]]


def test_one_that_fails_does_not_fail_its_neighbours(made: Made) -> None:
    work = Slow(ValueError("two is bad"), bad=2)
    one, two, three = asked(made(work), work, [1, 2, 3])
    assert (one.result(), three.result()) == (2, 6)
    with pytest.raises(ValueError, match="two is bad"):
        two.result()


def test_a_database_that_is_away_is_away_for_all(made: Made) -> None:
    work = Slow(DatabaseAway("away"), bad=2)
    answers = asked(made(work), work, [1, 2, 3])
    assert [type(each.exception()) for each in answers] == [DatabaseAway] * 3
    assert len(work.turns) == 2


def test_who_waits_at_the_close_is_answered() -> None:
    work = Slow()
    together: OneThread[int, int] = OneThread(work)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(together.do, 0)
        until(lambda: work.turns == [[0]], "the first is at work")
        second = pool.submit(together.do, 4)
        until(lambda: len(together._asked) == 1, "the second waits")
        closing = threading.Thread(target=together.close)
        closing.start()
        work.go.set()
        assert (first.result(20), second.result(20)) == (0, 8)
        closing.join(20)
    assert not together._thread.is_alive()
