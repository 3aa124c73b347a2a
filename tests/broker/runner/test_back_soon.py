"""Does a turn wait for the runs that were handed over just now, and for nobody else?"""

from __future__ import annotations

import threading

import pytest

from broker.runner import back_soon
from broker.runner.back_soon import BackSoon


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> BackSoon:
    """A moment that outlasts the test: who waits for the end of it hangs."""
    monkeypatch.setattr(back_soon, "SOON", 600.0)
    return BackSoon()


class Bell(threading.Event):
    """Notes whether anybody waits for it, and lets nobody wait."""

    def wait(self, timeout: float | None = None) -> bool:
        self.asked = timeout
        return True

    asked: float | None = None


def waits(soon: BackSoon) -> bool:
    soon._all_back = bell = Bell()
    soon.wait()
    return bell.asked is not None


def test_nobody_is_waited_for_before_the_first_hand_over(soon: BackSoon) -> None:
    soon.wait()


def test_all_that_were_handed_over_are_waited_for(soon: BackSoon) -> None:
    soon.handed([1, 2])
    asked = [waits(soon)]
    for fence in (1, 2):
        soon.back(fence)
        asked.append(waits(soon))
    assert asked == [True, True, False]


def test_the_last_who_comes_back_ends_the_wait(soon: BackSoon) -> None:
    soon.handed([1])
    thread = threading.Thread(target=soon.wait, daemon=True)
    thread.start()
    soon.back(1)
    thread.join(20)
    assert not thread.is_alive()


def test_who_is_back_already_is_not_waited_for(soon: BackSoon) -> None:
    soon.handed([1])
    soon.back(1)
    soon.wait()


def test_a_run_of_an_earlier_turn_is_not_waited_for(soon: BackSoon) -> None:
    soon.handed([1])
    soon.handed([2])
    soon.back(2)
    soon.wait()


def test_a_turn_that_handed_over_nothing_waits_for_nobody(soon: BackSoon) -> None:
    soon.handed([1])
    soon.handed([])
    soon.wait()


def test_a_long_run_is_waited_for_no_longer_than_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(back_soon, "SOON", 0.0)
    soon = BackSoon()
    soon.handed([1])
    soon.wait()
