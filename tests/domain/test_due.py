"""Is each due date told of at the right stage, and once for all that was missed?"""

from __future__ import annotations

import pytest

from domain.due import DAY, days_left, stage

DUE = 1_800_000_000.0
DAYS = (30, 14, 7, 1, 0)


@pytest.mark.parametrize(
    ("before", "expected"),
    [(31, None), (30, 30), (20, 30), (14, 14), (7.5, 14), (0.5, 1), (0, 0), (-5, 0), (-30, 0), (-31, None)],
)
def test_the_last_stage_that_has_passed_is_the_one_to_tell(before: float, expected: float | None) -> None:
    assert stage(DUE, DAYS, DUE - before * DAY) == expected


@pytest.mark.parametrize(("before", "left"), [(7, 7), (6.1, 7), (0.1, 1), (0, 0), (-0.5, 0), (-1.5, -1)])
def test_begun_days_count_until_the_date_is_over(before: float, left: int) -> None:
    assert days_left(DUE, DUE - before * DAY) == left
