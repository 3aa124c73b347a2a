"""What the preview says before a clock change matters."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from domain.time.clock_changes import clock_changes_ahead
from domain.time.planned import planned_times
from domain.time.rule import Daemon, FixedTime, Periodic, Rule
from tests.domain.time import changes, oracle

PARIS = ZoneInfo("Europe/Paris")


def epoch(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def sentences(rule: Rule, after: str, until: str, zone: ZoneInfo = PARIS) -> list[str]:
    return [change.sentence for change in clock_changes_ahead(rule, epoch(after), epoch(until), zone)]


def test_a_time_in_the_gap_is_announced() -> None:
    found = sentences(FixedTime(("01:59", "02:30", "03:30")), "2027-03-01T00:00Z", "2027-04-01T00:00Z")
    assert found == ["02:30 does not exist on 2027-03-28 in Europe/Paris; runs at 03:00"]


def test_times_that_meet_after_the_gap_are_announced_as_one_run() -> None:
    found = sentences(FixedTime(("02:30", "03:00")), "2027-03-01T00:00Z", "2027-04-01T00:00Z")
    assert found == [
        "02:30 does not exist on 2027-03-28 in Europe/Paris; runs at 03:00, one run for 02:30 and 03:00"
    ]


def test_a_gap_up_to_midnight_names_the_next_date() -> None:
    rule = FixedTime(("23:30",), zone="America/Nuuk")
    assert sentences(rule, "2027-03-01T00:00Z", "2027-04-01T00:00Z") == [
        "23:30 does not exist on 2027-03-27 in America/Nuuk; runs at 00:00 on 2027-03-28"
    ]


def test_a_time_in_the_fold_is_announced() -> None:
    found = sentences(FixedTime(("01:59", "02:30", "03:00")), "2027-10-01T00:00Z", "2027-11-01T00:00Z")
    assert found == ["02:30 comes twice on 2027-10-31 in Europe/Paris; runs once, the first time (00:30 UTC)"]


def test_a_date_that_the_zone_leaves_out_is_announced() -> None:
    rule = FixedTime(("05:30",), zone="Pacific/Apia")
    assert sentences(rule, "2011-12-25T00:00Z", "2012-01-05T00:00Z") == [
        "2011-12-30 does not exist in Pacific/Apia; 05:30 is not planned"
    ]


def test_changes_on_dates_the_rule_does_not_take_are_not_announced() -> None:
    rule = FixedTime(("02:30",), weekdays=("mon", "sat"))
    assert sentences(rule, "2027-01-01T00:00Z", "2027-12-31T00:00Z") == []


def test_changes_outside_the_window_are_not_announced() -> None:
    rule = FixedTime(("02:30",))
    assert sentences(rule, "2027-03-01T00:00Z", "2027-03-28T00:59Z") == []
    assert len(sentences(rule, "2027-03-01T00:00Z", "2027-03-28T01:00Z")) == 1
    assert sentences(rule, "2027-03-28T01:00Z", "2027-04-28T00:00Z") == []


@pytest.mark.parametrize("rule", [Daemon(), Periodic(16)])
def test_other_kinds_have_nothing_to_announce(rule: Rule) -> None:
    assert sentences(rule, "2027-01-01T00:00Z", "2027-12-31T00:00Z") == []


@pytest.mark.parametrize("place", changes.ALL, ids="-".join)
def test_exactly_the_times_that_the_clock_skips_or_repeats_are_announced(place: tuple[str, str]) -> None:
    walked = oracle.walk(*place)
    times = tuple(f"{hour:02}:{minute:02}" for hour in range(24) for minute in range(0, 60, 5))
    rule = FixedTime(times)
    shown: dict[str, list[int]] = {}
    for minute, local in zip(walked.minutes, walked.local, strict=True):
        shown.setdefault(f"{local:%Y-%m-%d %H:%M}", []).append(minute)
    planned = {at for at, _ in planned_times(rule, walked.after, walked.until, walked.zone)}
    announced = {
        (f"{change.date} {change.time}", change.at)
        for change in clock_changes_ahead(rule, walked.after, walked.until, walked.zone)
        if change.at is not None
    }
    expected = set()
    for on in walked.first:
        for time in times:
            minutes = shown.get(f"{on} {time}", [])
            if len(minutes) != 1:
                (at,) = oracle.fixed(walked, [time], {on}) or [None]
                if at in planned:
                    expected.add((f"{on} {time}", at))
    assert announced == expected
