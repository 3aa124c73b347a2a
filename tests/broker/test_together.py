"""Is what several threads ask for at the same moment done for all of them at once?"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from broker.together import Together
from store.errors import DatabaseAway
from tests.support.until import until


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
    until(lambda: len(together) == len(numbers), "the others wait")
    work.go.set()
    assert first.result(20) == 0
    pool.shutdown()
    return rest


def test_those_that_come_meanwhile_go_together() -> None:
    work = Slow()
    answers = asked(Together(work), work, [1, 2, 3])
    assert [each.result() for each in answers] == [2, 4, 6]
    assert [sorted(turn) for turn in work.turns] == [[0], [1, 2, 3]]


def test_one_that_fails_does_not_fail_its_neighbours() -> None:
    work = Slow(ValueError("two is bad"), bad=2)
    one, two, three = asked(Together(work), work, [1, 2, 3])
    assert (one.result(), three.result()) == (2, 6)
    with pytest.raises(ValueError, match="two is bad"):
        two.result()


def test_a_database_that_is_away_is_away_for_all() -> None:
    work = Slow(DatabaseAway("away"), bad=2)
    answers = asked(Together(work), work, [1, 2, 3])
    assert [type(each.exception()) for each in answers] == [DatabaseAway] * 3
    assert len(work.turns) == 2
