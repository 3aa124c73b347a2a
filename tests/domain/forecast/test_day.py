"""Does the forecast say how full each group will be, what collides, what cannot be, and what would help?"""

from __future__ import annotations

import os
import random

import pytest

from domain.forecast.day import Busy, spans
from domain.forecast.work import Work
from domain.time.rule import Daemon, FixedTime, OnDemand
from tests.domain.forecast.works import NOW, every, foreseen, group


def test_a_group_tells_when_it_is_taken_and_by_whom() -> None:
    disk = group(foreseen(every(60, 5)))
    assert disk.services == ("one",)
    assert disk.busy[0] == (NOW + 300, NOW + 330, "one")
    assert len(disk.busy) == 24
    assert disk.load == disk.asked == pytest.approx(24 * 30 / 86_400)


def test_more_than_a_day_of_work_is_impossible_and_names_the_greatest() -> None:
    found = foreseen(
        every(1, usual=45.0), every(1, 0, "big_one", usual=50.0), every(60, 0, "small", usual=1.0)
    )
    disk = group(found)
    assert disk.load == pytest.approx(1, abs=0.01)
    assert disk.asked == pytest.approx(95 / 60, abs=0.01)
    assert [each.sentence for each in found.impossible] == [
        "run group disk is asked for 158% of the day: Big One 83%, One 75%, Small 0%"
    ]


def test_a_service_that_takes_longer_than_its_period_merges() -> None:
    found = foreseen(every(10, 3, groups="", usual=750.0))
    assert [(each.kind, each.name, each.sentence) for each in found.impossible] == [
        ("service", "one", "One usually takes 12.5 min and is planned every 10 min at :03: occurrences merge")
    ]
    assert not foreseen(every(10, 3, groups="", usual=750.0, parallel=2)).impossible
    assert not foreseen(every(10, 3, groups="", usual=None)).impossible


def test_fixed_times_too_close_together_merge_as_well() -> None:
    twice = Work("one", "One", FixedTime(("05:30", "06:00")), usual=2400.0)
    (each,) = foreseen(twice).impossible
    assert each.sentence == "One usually takes 40 min and is planned 05:30, 06:00: occurrences merge"
    assert not foreseen(Work("one", "One", FixedTime(("05:30", "07:00")), usual=2400.0)).impossible


def test_those_who_want_a_group_in_the_same_minute_collide() -> None:
    found = foreseen(every(30, 5), every(60, 5, "two", usual=40.0), every(30, 6, "later"))
    (each,) = found.collisions
    assert (each.group, each.services, each.at[:2]) == ("disk", ("one", "two"), (NOW + 300, NOW + 3900))
    assert (len(each.at), each.longest, each.waited) == (24, 30, 24 * 30)


def test_a_move_to_a_free_minute_is_suggested_with_what_it_saves() -> None:
    found = foreseen(every(10, 0, "statistics"), every(10, 0, "files_collector", usual=61.0))
    sentences = {each.sentence for each in found.suggestions}
    assert "Files Collector at align 1 instead of 0: 144 waits fewer a day" in sentences
    assert {each.service for each in found.suggestions} == {"statistics", "files_collector"}


def test_every_suggestion_that_is_followed_keeps_its_word() -> None:
    seed = int(os.environ.get("TICKWORKS_TEST_SEED") or random.randrange(10**6))
    print(f"TICKWORKS_TEST_SEED={seed}")
    chance = random.Random(seed)
    proved = 0
    for _ in range(15):
        periods = [chance.choice([5, 10, 15, 60]) for _ in range(5)]
        # Three minutes every five fill a group so far that most moves help nobody.
        works = [
            every(period, 0, f"w{number}", usual=chance.choice([30.0, 70.0, 180.0]))
            for number, period in enumerate(periods)
        ]
        before = group(foreseen(*works))
        for said in foreseen(*works).suggestions:
            moved = [
                every(period, said.align, work.name, usual=work.usual) if work.name == said.service else work
                for period, work in zip(periods, works, strict=True)
            ]
            after = group(foreseen(*moved))
            assert before.waits - after.waits == said.fewer_waits > 0
            assert before.waited - after.waited == pytest.approx(said.less_waiting)
            assert said.less_waiting > 0
            proved += 1
    assert proved


def test_no_move_is_suggested_where_none_helps() -> None:
    assert not foreseen(every(1), every(1, 0, "two")).suggestions  # each minute is each minute
    assert not foreseen(every(10, 0), every(10, 5, "two")).suggestions
    assert not foreseen(every(7, 0), every(7, 0, "two")).suggestions  # no place in the hour


@pytest.mark.parametrize("idle", [{"enabled": False}, {"copies": 0}])
def test_what_cannot_run_holds_nothing(idle: dict[str, int]) -> None:
    found = foreseen(every(1, usual=50.0, **idle), every(60, 0, "two"))
    assert group(found).services == ("two",)
    assert not found.collisions
    assert not found.impossible


def test_each_node_takes_its_turn_at_the_group() -> None:
    disk = group(foreseen(every(60, 0, copies=3)))
    assert [each.start - NOW for each in disk.busy][:3] == [0, 30, 60]
    assert disk.waits == 2 * len(disk.busy) // 3


def test_a_service_without_history_is_reckoned_and_named() -> None:
    found = foreseen(every(60, usual=None))
    assert found.assumed == ("one",)
    assert group(found).busy[0].end - group(found).busy[0].start == 1


def test_daemons_and_services_on_demand_are_listed_but_not_foreseen() -> None:
    daemon = Work("d", "D", Daemon(), ("disk",))
    asked = Work("o", "O", OnDemand(), ("disk",))
    disk = group(foreseen(daemon, asked))
    assert (disk.services, disk.busy, disk.load) == (("d", "o"), (), 0)


def test_short_pauses_are_not_told_apart() -> None:
    busy = [Busy(0, 10, "a"), Busy(15, 20, "b"), Busy(15, 18, "a"), Busy(100, 110, "b")]
    assert list(spans(busy, 60)) == [(0, 20, ("a", "b")), (100, 110, ("b",))]
    assert list(spans([], 60)) == []
