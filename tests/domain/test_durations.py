"""Are durations gathered by the hours and days in which people think?"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from domain.durations import by_day, by_hour, percentile

PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [([], 0.5, None), ([3.0], 0.95, 3.0), ([4.0, 1.0, 3.0, 2.0], 0.5, 2.0), (list(range(1, 21)), 0.95, 19)],
)
def test_a_percentile_is_one_of_the_values(values: list[float], share: float, expected: float | None) -> None:
    assert percentile(values, share) == expected


def test_every_hour_has_its_bucket_the_empty_ones_too() -> None:
    buckets = by_hour([(3600.0, True, 1.0, 5.0), (10799.0, False, 2.0, 7.0)], 1800, 11000)
    assert [(each.at, each.runs, each.failures) for each in buckets] == [
        (0, 0, 0),
        (3600, 1, 0),
        (7200, 1, 1),
        (10800, 0, 0),
    ]


def test_a_failure_counts_and_waits_but_its_duration_does_not() -> None:
    (bucket,) = by_hour([(10.0, True, 1.0, 5.0), (20.0, False, 2.0, 700.0)], 0, 100)
    assert (bucket.took, bucket.queued, bucket.failures) == ([5.0], [1.0, 2.0], 1)


def test_days_are_those_of_the_zone_also_where_clocks_change() -> None:
    noon = datetime(2027, 3, 27, 12, tzinfo=PARIS).timestamp()
    late = datetime(2027, 3, 28, 23, 30, tzinfo=PARIS).timestamp()
    buckets = by_day([(late, True, 0.0, 1.0)], noon, noon + 2 * 86400, PARIS)
    days = [f"{datetime.fromtimestamp(each.at, PARIS):%d %H:%M}" for each in buckets]
    assert days == ["27 00:00", "28 00:00", "29 00:00"]
    assert buckets[2].at - buckets[1].at == 23 * 3600
    assert [each.runs for each in buckets] == [0, 1, 0]


def test_what_ended_before_is_left_out() -> None:
    assert by_hour([(10.0, True, 0.0, 1.0)], 3600, 3700)[0].runs == 0
