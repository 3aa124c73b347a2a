"""Planned times that an operator could check with a calendar and a wall clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.time.planned import interval, next_times, planned_times
from domain.time.problems import WEEKDAYS
from domain.time.rule import Daemon, FixedTime, OnDemand, Periodic, Rule

UTC = ZoneInfo("UTC")
PARIS = ZoneInfo("Europe/Paris")


def epoch(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def starts(rule: Rule, after: str, until: str, zone: ZoneInfo) -> list[str]:
    """The planned times as local texts with their offsets."""
    found = planned_times(rule, epoch(after), epoch(until), zone)
    return [datetime.fromtimestamp(planned.at, zone).isoformat(timespec="minutes") for planned in found]


@pytest.mark.covers("page", "align to")
def test_every_5_aligned_to_2_runs_at_02_07_12() -> None:
    found = starts(Periodic(5, 2), "2026-06-01T10:00Z", "2026-06-01T10:15Z", UTC)
    assert found == ["2026-06-01T10:02+00:00", "2026-06-01T10:07+00:00", "2026-06-01T10:12+00:00"]


def test_a_half_hourly_service_follows_the_local_minute_where_the_offset_has_45_minutes() -> None:
    found = starts(Periodic(30, 5), "2026-06-01T10:00Z", "2026-06-01T11:00Z", ZoneInfo("Asia/Kathmandu"))
    assert found == ["2026-06-01T16:05+05:45", "2026-06-01T16:35+05:45"]


def test_every_16_counts_anew_from_each_local_midnight() -> None:
    found = starts(Periodic(16, 3), "2026-06-01T21:30Z", "2026-06-01T22:30Z", PARIS)
    assert found == [
        "2026-06-01T23:31+02:00",
        "2026-06-01T23:47+02:00",
        "2026-06-02T00:03+02:00",
        "2026-06-02T00:19+02:00",
    ]


def test_every_45_counts_from_one_o_clock_where_midnight_is_absent() -> None:
    found = starts(Periodic(45), "2026-04-23T21:30Z", "2026-04-23T23:00Z", ZoneInfo("Africa/Cairo"))
    assert found == ["2026-04-24T01:00+03:00", "2026-04-24T01:45+03:00"]


def test_every_45_counts_from_the_first_of_two_midnights() -> None:
    found = starts(Periodic(45), "2026-11-01T03:59Z", "2026-11-01T06:00Z", ZoneInfo("America/Havana"))
    assert found == ["2026-11-01T00:00-04:00", "2026-11-01T00:45-04:00", "2026-11-01T00:30-05:00"]


def test_a_time_in_the_gap_runs_at_the_first_minute_after_it() -> None:
    found = starts(FixedTime(("02:30",)), "2027-03-27T12:00Z", "2027-03-28T12:00Z", PARIS)
    assert found == ["2027-03-28T03:00+02:00"]


def test_a_time_in_the_fold_runs_once_the_first() -> None:
    found = starts(FixedTime(("02:30",)), "2027-10-30T12:00Z", "2027-10-31T12:00Z", PARIS)
    assert found == ["2027-10-31T02:30+02:00"]


@pytest.mark.covers("page", "Run at")
def test_times_that_meet_at_one_instant_are_one_occurrence_that_lists_them() -> None:
    rule = FixedTime(("03:00", "02:30", "02:00", "03:01"))
    found = planned_times(rule, epoch("2027-03-27T12:00Z"), epoch("2027-03-28T12:00Z"), PARIS)
    assert [planned.times for planned in found] == [("02:00", "02:30", "03:00"), ("03:01",)]


def test_a_saturday_time_in_a_gap_up_to_midnight_runs_as_sunday_begins() -> None:
    nuuk = ZoneInfo("America/Nuuk")
    rule = FixedTime(("23:30",), weekdays=("sat",))
    found = starts(rule, "2027-03-27T12:00Z", "2027-03-28T12:00Z", nuuk)
    assert found == ["2027-03-28T00:00-01:00"]


def test_a_date_that_the_zone_left_out_is_not_planned() -> None:
    rule = FixedTime(("05:30",))
    found = starts(rule, "2011-12-29T00:00Z", "2012-01-01T00:00Z", ZoneInfo("Pacific/Apia"))
    assert found == ["2011-12-29T05:30-10:00", "2011-12-31T05:30+14:00", "2012-01-01T05:30+14:00"]


def test_the_zone_of_the_rule_wins_over_the_zone_of_the_system() -> None:
    rule = FixedTime(("05:30",), zone="Asia/Kolkata")
    assert [
        at
        for at, _ in planned_times(rule, epoch("2026-06-01T00:00+05:30"), epoch("2026-06-01T12:00Z"), PARIS)
    ] == [epoch("2026-06-01T05:30+05:30")]


def test_the_interval_is_open_at_its_begin_and_closed_at_its_end() -> None:
    noon = epoch("2026-06-01T12:00Z")
    for rule in (Periodic(60), Periodic(40), FixedTime(("12:00",))):
        assert planned_times(rule, noon - 1, noon, UTC), rule
        assert not planned_times(rule, noon, noon + 59, UTC), rule
        assert not planned_times(rule, noon, noon, UTC), rule
        assert not planned_times(rule, noon, noon - 86400, UTC), rule


def test_days_of_month_skip_the_months_that_lack_them_and_last_never_does() -> None:
    year = "2027-01-01T00:00Z", "2028-03-01T00:00Z"
    thirty_first = starts(FixedTime(("05:30",), days=(31,)), *year, UTC)
    last = starts(FixedTime(("05:30",), days=("last",)), *year, UTC)
    assert [text[:7] for text in thirty_first] == [
        "2027-01",
        "2027-03",
        "2027-05",
        "2027-07",
        "2027-08",
        "2027-10",
        "2027-12",
        "2028-01",
    ]
    assert len(last) == 14
    assert {text[:10] for text in last} >= {"2027-02-28", "2027-04-30", "2027-12-31", "2028-02-29"}


def test_weekdays_and_days_together_take_only_dates_that_are_both() -> None:
    rule = FixedTime(("05:30",), weekdays=("fri",), days=(13, "last"))
    found = starts(rule, "2026-01-01T00:00Z", "2026-12-31T23:59Z", UTC)
    assert [text[:10] for text in found] == ["2026-02-13", "2026-03-13", "2026-07-31", "2026-11-13"]


def test_every_pair_of_weekday_and_day_of_month_comes_some_time() -> None:
    for weekday in WEEKDAYS:
        for day in (*range(1, 32), "last"):
            rule = FixedTime(("05:30",), weekdays=(weekday,), days=(day,))
            assert not rule.problems()
            assert len(next_times(rule, 0, 1, UTC)) == 1, (weekday, day)


def test_next_times_cross_the_months_between() -> None:
    found = next_times(FixedTime(("05:30", "17:30"), days=(31,)), epoch("2026-02-01T00:00Z"), 3, PARIS)
    assert [planned.at for planned in found] == [
        epoch("2026-03-31T05:30+02:00"),
        epoch("2026-03-31T17:30+02:00"),
        epoch("2026-05-31T05:30+02:00"),
    ]


@pytest.mark.parametrize("rule", [Daemon(), OnDemand()])
def test_daemons_and_services_on_demand_have_no_planned_times(rule: Rule) -> None:
    assert planned_times(rule, 0, 10**9, UTC) == []
    assert next_times(rule, 0, 5, UTC) == []
    assert interval(rule) is None


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (Periodic(16), timedelta(minutes=16)),
        (FixedTime(("05:30",)), timedelta(days=1)),
        (FixedTime(("05:30", "17:30")), timedelta(hours=12)),
        (FixedTime(("08:00", "09:00")), timedelta(hours=23)),
        (FixedTime(("05:30",), weekdays=("mon", "fri")), timedelta(days=4)),
        (FixedTime(("05:30",), days=("last",)), timedelta(days=31)),
        (FixedTime(("05:30",), days=(31,)), timedelta(days=61)),
    ],
)
def test_the_interval_is_the_longest_pause_to_expect(rule: Rule, expected: timedelta) -> None:
    assert interval(rule) == expected.total_seconds()


def test_a_rule_with_problems_is_refused_with_all_of_them() -> None:
    bad = FixedTime(("25:00",), zone="Europe/Pariss")
    for ask in (
        lambda: planned_times(bad, 0, 60, UTC),
        lambda: next_times(bad, 0, 1, UTC),
        lambda: planned_times(Periodic(0), 0, 60, UTC),
    ):
        with pytest.raises(ValueError, match=r"^schedule: (times: .*; zone: |period: )"):
            ask()
