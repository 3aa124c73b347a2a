"""Which heads are claimed, and in which order?"""

from __future__ import annotations

import pytest

from domain.jobs.lanes import Head, KindLimits, Limits, choose

LIMITS = Limits(at_once=20, kinds={"create": KindLimits(5, 3), "delete": KindLimits(8, 10)})


def test_the_better_priority_goes_first_then_the_older() -> None:
    heads = [Head(4, "create"), Head(1, "delete"), Head(3, "create"), Head(9, "delete", priority=0)]
    assert choose(heads, {}, LIMITS, 10) == [9, 3, 4, 1]


def test_a_priority_of_0_is_better_than_none_of_its_own() -> None:
    assert choose([Head(1, "create"), Head(2, "create", priority=0)], {}, LIMITS, 1) == [2]


@pytest.mark.parametrize(("running", "chosen"), [(0, [1, 2, 3]), (2, [1]), (3, []), (7, [])])
def test_a_kind_stays_below_its_parallel(running: int, chosen: list[int]) -> None:
    heads = [Head(number, "create") for number in range(1, 9)]
    assert choose(heads, {"create": running}, LIMITS, 10) == chosen


def test_a_kind_at_its_limit_does_not_stop_the_others() -> None:
    assert choose([Head(1, "create"), Head(2, "delete")], {"create": 3}, LIMITS, 10) == [2]


def test_all_kinds_together_stay_below_the_overall_number() -> None:
    heads = [Head(number, "delete") for number in range(1, 9)]
    assert choose(heads, {"create": 3, "a stranger's": 15}, LIMITS, 10) == [1, 2]


def test_what_is_not_ours_is_left_alone() -> None:
    assert choose([Head(1, "a stranger's"), Head(2, "create")], {}, LIMITS, 10) == [2]
