"""When is a lease over?"""

from __future__ import annotations

from collections.abc import Iterable

from coordinator.leases import LeaseWatch
from store.process import LiveProcess


def watch() -> LeaseWatch:
    return LeaseWatch(lease=15, longest_gap=7.5)


def seen(watch: LeaseWatch, looks: Iterable[tuple[float, int]]) -> list[float]:
    """The times at which the process, whose counter stood so, was found dead."""
    return [at for at, renewal in looks if watch.lapsed([_process(renewal)], at)]


def _process(renewal: int, number: int = 1) -> LiveProcess:
    return LiveProcess(number, "n1", "worker", "w", renewal, "a1.1")


def test_a_counter_that_stands_still_for_a_full_lease_lapses() -> None:
    assert seen(watch(), [(float(at), 7) for at in range(100, 118, 2)]) == [116]


def test_a_counter_that_moves_once_in_a_lease_never_lapses() -> None:
    assert seen(watch(), [(float(at), at // 14) for at in range(0, 1000, 2)]) == []


def test_a_counter_that_went_back_has_moved() -> None:
    assert seen(watch(), [(0.0, 7), (7.0, 7), (14.0, 3), (21.0, 3)]) == []


def test_time_between_two_looks_that_lie_far_apart_does_not_count() -> None:
    looks = [(0.0, 7), (7.0, 7), (107.0, 7), (114.0, 7), (115.0, 7)]
    assert seen(watch(), looks) == [115]


def test_time_in_which_the_database_was_away_does_not_count() -> None:
    one = watch()
    for start in (0.0, 10.0, 20.0, 30.0):
        assert seen(one, [(start, 7), (start + 3, 7)]) == []
        one.interrupted()
    assert seen(one, [(40.0, 7), (43.0, 7)]) == [43]


def test_a_process_that_is_seen_for_the_first_time_has_its_full_lease() -> None:
    one = watch()
    for at in (0.0, 5.0, 10.0):
        one.lapsed([_process(1)], at)
    found = one.lapsed([_process(1), _process(1, number=2)], 15.0)
    assert [process.id for process in found] == [1]


def test_the_next_lapse_is_that_of_who_has_stood_still_longest() -> None:
    one = watch()
    one.lapsed([_process(1)], 100.0)
    one.lapsed([_process(1), _process(1, number=2)], 103.5)
    assert one.next_lapse == 115.0
    one.lapsed([_process(2), _process(1, number=2)], 107.0)
    assert one.next_lapse == 118.5


def test_a_look_at_the_moment_of_the_next_lapse_finds_it() -> None:
    one = watch()
    looks = [100.0, 107.0, 114.0]
    assert seen(one, [(at, 7) for at in looks]) == []
    assert seen(one, [(one.next_lapse, 7)]) == [115.0]


def test_who_has_lapsed_already_is_waited_for_no_more() -> None:
    one = watch()
    seen(one, [(0.0, 7), (7.0, 7), (14.0, 7), (15.0, 7)])
    assert one.next_lapse == float("inf")
