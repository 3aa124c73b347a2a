"""Does the played day keep the rule of run groups, and waste no time?"""

from __future__ import annotations

import os
import random
from itertools import pairwise

from domain.forecast.simulation import Played, Ran, families, simulate
from domain.forecast.work import DAY, Plan, Work
from domain.time.rule import Periodic
from tests.domain.forecast.works import NOW, UTC, every


def played(*works: Work) -> Played:
    plan = Plan(NOW, UTC)
    return simulate(works, plan.starts(works), plan.end)


def begun(found: Played, place: int) -> list[float]:
    """Seconds after the hour at which a work's first runs begin."""
    return [run.began - NOW for run in found.ran if run.place == place][:2]


def test_who_comes_alone_never_waits() -> None:
    found = played(every(10, 0), every(10, 5, "two"))
    assert (found.waits(), found.merged, len(found.ran)) == (0, {}, 2 * DAY // 600)


def test_of_two_at_the_same_minute_the_better_priority_goes_first() -> None:
    found = played(every(60, 5, priority=7), every(60, 5, "urgent", priority=2))
    assert (begun(found, 1), begun(found, 0)) == ([300, 3900], [330, 3930])


def test_all_groups_of_a_run_must_be_free_at_once() -> None:
    # The third needs what each of the other two has, one of them longer.
    works = (
        every(60, 0, "disk_only", "disk", usual=90.0),
        every(60, 0, "net_only", "net", usual=200.0),
        every(60, 1, "both", "disk net"),
    )
    assert begun(played(*works), 2) == [200, 3800]


def test_who_waits_for_another_group_does_not_block_one_that_is_free() -> None:
    works = (
        every(60, 0, "net_only", "net", usual=600.0),
        every(60, 1, "both", "disk net"),
        every(60, 2, "disk_only", "disk"),
    )
    found = played(*works)
    assert (begun(found, 1), begun(found, 2)) == ([600, 4200], [120, 3720])


def test_planned_times_of_a_service_that_waits_already_merge() -> None:
    found = played(every(60, 0, "long", usual=600.0), every(1, 0, "short", usual=1.0))
    # From :01 to :09 nine planned times come while that of :00 still waits.
    assert found.merged == {1: 24 * 9}


def test_services_that_can_wait_for_each_other_are_one_family() -> None:
    one, two, three = every(5, 0, "a", "x"), every(5, 0, "b", "y"), every(5, 0, "c", "x y")
    alone, free = every(5, 0, "d", "z"), every(5, 0, "e", "")
    names = [[work.name for work in family] for family in families([one, alone, two, free, three])]
    assert names == [["a", "b", "c"], ["d"]]


def test_no_group_is_ever_held_twice_and_none_waits_for_nothing() -> None:
    seed = int(os.environ.get("TICKWORKS_TEST_SEED") or random.randrange(10**6))
    print(f"TICKWORKS_TEST_SEED={seed}")
    chance = random.Random(seed)
    for _ in range(5):
        works = [_any_work(chance, number) for number in range(12)]
        found = played(*works)
        for name in "xyz":
            _check_group([run for run in found.ran if name in works[run.place].run_groups])
        ends = {run.ended: set(works[run.place].run_groups) for run in found.ran}
        for run in found.ran:
            assert run.began >= run.planned
            # Who waited began in the moment in which one of his groups became free.
            assert run.began == run.planned or ends[run.began] & set(works[run.place].run_groups)
        asked = len(Plan(NOW, UTC).starts(works))
        late = asked - len(found.ran) - sum(found.merged.values())
        assert 0 <= late <= len(works)  # one of each may still wait when the day ends


def _any_work(chance: random.Random, number: int) -> Work:
    groups = tuple(sorted(chance.sample("xyz", chance.choice([1, 1, 2]))))
    minutes = chance.choice([1, 5, 7, 10, 60])
    rule = Periodic(minutes, chance.randrange(minutes))
    # Fractions that nobody else has, so that an end belongs to one run.
    usual = chance.uniform(1, 300)
    return Work(f"w{number}", "", rule, groups, priority=chance.randrange(11), usual=usual)


def _check_group(runs: list[Ran]) -> None:
    runs.sort(key=lambda run: run.began)
    for before, after in pairwise(runs):
        assert before.ended <= after.began
