"""Do the minute marks show the minutes in which a period hits?"""

from __future__ import annotations

import pytest

from domain.time.rule import Periodic
from tests.web.charts.picture import marks, parsed
from web.charts.minutes import minute_marks


@pytest.mark.parametrize(
    ("period", "align", "minutes"),
    [
        (20, 5, [5, 25, 45]),
        (60, 0, [0]),
        (7, 3, [3, 10, 17, 24, 31, 38, 45, 52, 59]),
        (1, 0, list(range(60))),
    ],
)
def test_the_minutes_that_are_hit_are_marked_and_said(period: int, align: int, minutes: list[int]) -> None:
    picture = minute_marks(Periodic(period, align))
    found = [(float(mark.get("x") or 0) - 1) / 10 for mark in marks(picture, "hit")]
    assert found == minutes
    assert parsed(picture).get("aria-label") == "Starts at " + ", ".join(f":{each:02}" for each in minutes)
    assert len(parsed(picture).findall("rect")) == 60
