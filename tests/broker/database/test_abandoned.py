"""When is an owner taken for dead?"""

from __future__ import annotations

from broker.database.abandoned import Watch
from store.message import Held
from tests.support.clock import FakeClock


def held(renewal: int = 0, *, deliveries: int = 1) -> Held:
    return Held(7, "n1:1:a", deliveries, renewal)


def watched(watch: Watch, clock: FakeClock, seconds: int, one: Held) -> list[Held]:
    """Look once a second for so long; what the last look says."""
    for _ in range(seconds):
        clock.advance(1)
        lapsed = watch.lapsed([one])
    return lapsed


def fresh(one: Held) -> tuple[Watch, FakeClock]:
    clock = FakeClock()
    watch = Watch(15, clock.monotonic)
    watch.lapsed([one])
    return watch, clock


def test_a_counter_that_stands_still_for_a_lease_lapses_and_not_before() -> None:
    watch, clock = fresh(held())
    assert (watched(watch, clock, 14, held()), watched(watch, clock, 1, held())) == ([], [held()])


def test_a_counter_that_moves_never_lapses() -> None:
    watch, clock = fresh(held())
    assert all(watched(watch, clock, 10, held(renewal)) == [] for renewal in range(1, 10))


def test_time_without_an_answer_of_the_database_does_not_count() -> None:
    watch, clock = fresh(held())
    watched(watch, clock, 10, held())
    watch.interrupted()
    clock.advance(3600)
    assert (watched(watch, clock, 5, held()), watched(watch, clock, 1, held())) == ([], [held()])


def test_time_in_which_the_watcher_itself_was_stopped_counts_as_two_looks() -> None:
    watch, clock = fresh(held())
    clock.advance(3600)
    assert (watched(watch, clock, 5, held()), watched(watch, clock, 1, held())) == ([], [held()])


def test_a_set_wall_clock_changes_nothing() -> None:
    watch, clock = fresh(held())
    clock.jump(-86_400)
    first = watched(watch, clock, 14, held())
    clock.jump(2 * 86_400)
    assert (first, watched(watch, clock, 1, held())) == ([], [held()])


def test_a_message_that_its_owner_took_again_starts_a_new_lease() -> None:
    watch, clock = fresh(held())
    watched(watch, clock, 14, held())
    assert watched(watch, clock, 14, held(deliveries=2)) == []


def test_a_watcher_looks_three_times_in_a_lease() -> None:
    watch, clock = fresh(held())
    first = watch.due_in()
    clock.advance(4)
    assert (first, watch.due_in()) == (5, 1)
