"""What a rule says of itself when it is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from domain.time.problems import WEEKDAYS
from domain.time.rule import Daemon, FixedTime, OnDemand, Periodic, Rule


@pytest.mark.parametrize(
    "rule",
    [
        Daemon(),
        OnDemand(),
        Periodic(1),
        Periodic(60, 59),
        Periodic(16, 15),
        FixedTime(("00:00", "23:59")),
        FixedTime(("05:30",), zone="Europe/Paris", weekdays=WEEKDAYS, days=(*range(1, 32), "last")),
    ],
)
def test_good_rules_have_no_problems(rule: Rule) -> None:
    assert rule.problems() == []


@pytest.mark.parametrize(
    ("minutes", "align", "problem"),
    [
        (0, 0, "period: expected 1 to 60 whole minutes, got 0"),
        (61, 0, "period: expected 1 to 60 whole minutes, got 61; for longer periods give fixed times"),
        (-5, 0, "period: expected 1 to 60 whole minutes, got -5"),
        (2.5, 0, "period: expected 1 to 60 whole minutes, got 2.5"),
        ("5", 0, "period: expected 1 to 60 whole minutes, got '5'"),
        (True, 0, "period: expected 1 to 60 whole minutes, got True"),
        (5, 5, "align: expected 0 to 4 with a period of 5 min, got 5; did you mean 0?"),
        (5, 7, "align: expected 0 to 4 with a period of 5 min, got 7; did you mean 2?"),
        (5, -1, "align: expected whole minutes from 0, got -1"),
        (5, None, "align: expected whole minutes from 0, got None"),
    ],
)
@pytest.mark.covers("page", "Period")
def test_a_bad_period_or_align_is_named(minutes: Any, align: Any, problem: str) -> None:
    assert Periodic(minutes, align).problems() == [problem]


@pytest.mark.parametrize(
    ("time", "meant"),
    [
        ("5:30", "05:30"),
        ("05:60", "06:00"),
        ("24:00", "00:00"),
        ("0530", "05:30"),
        ("5.30", "05:30"),
        ("05:30:00", "05:30"),
        ("5:30 pm", "17:30"),
        ("12am", "00:00"),
        ("25:00", None),
        ("05:75", None),
        ("noon", None),
        ("", None),
        ("05:30\n", "05:30"),
        ("\u0660\u0665:\u0663\u0660", None),
        (530, "05:30"),
        (None, None),
    ],
)
def test_a_malformed_time_is_named_with_what_was_meant(time: Any, meant: str | None) -> None:
    hint = f"; did you mean {meant}?" if meant else ""
    expected = f"times: expected HH:MM from 00:00 to 23:59, got {time!r}{hint}"
    assert FixedTime((time,)).problems() == [expected]


@pytest.mark.parametrize("times", [(), [], None])
def test_fixed_times_without_a_time_are_refused(times: Any) -> None:
    assert FixedTime(times).problems() == ["times: expected at least one HH:MM, got none"]


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("monday", "mon"),
        ("tues", "tue"),
        ("weds", "wed"),
        ("mon-fri", "mon,tue,wed,thu,fri"),
        ("sat - mon", "sat,sun,mon"),
        ("wen", "wed"),
        ("xyz", None),
        (3, None),
    ],
)
def test_an_unknown_weekday_is_named_with_what_was_meant(word: Any, meant: str | None) -> None:
    hint = f"; did you mean {meant}?" if meant else ""
    expected = f"weekdays: expected mon, tue, wed, thu, fri, sat, sun, got {word!r}{hint}"
    assert FixedTime(("05:30",), weekdays=(word,)).problems() == [expected]


@pytest.mark.parametrize(
    ("day", "meant"),
    [(0, None), (32, None), (-1, "last"), ("lst", "last"), ("first", None), (True, None), (1.5, None)],
)
def test_a_day_no_month_has_is_named(day: Any, meant: str | None) -> None:
    hint = f"; did you mean {meant}?" if meant else ""
    problem = f"days: expected 1 to 31 or last, got {day!r}{hint}"
    assert FixedTime(("05:30",), days=(day,)).problems() == [problem]


@pytest.mark.parametrize(
    ("zone", "meant"),
    [
        ("europe/paris", "Europe/Paris"),
        ("Europe/Pariss", "Europe/Paris"),
        ("Paris", "Europe/Paris"),
        ("New York", "America/New_York"),
        ("Nowhere", None),
        ("America", None),
        ("../etc/passwd", None),
        ("", None),
        (2, None),
    ],
)
def test_an_unknown_zone_is_named_with_what_was_meant(zone: Any, meant: str | None) -> None:
    (problem,) = FixedTime(("05:30",), zone=zone).problems()
    assert problem.startswith(f"zone: expected a name such as Europe/Paris, got {zone!r}")
    if meant:
        assert problem.endswith(f"; did you mean {meant}?")


def test_what_is_given_twice_is_named() -> None:
    rule = FixedTime(("05:30", "05:30"), weekdays=("mon", "Mon"), days=(1, "1", "last", "LAST"))
    assert rule.problems() == [
        "times: expected each once, got 05:30 twice",
        "weekdays: expected each once, got mon twice",
        "days: expected each once, got 1 twice",
        "days: expected each once, got last twice",
    ]


def test_all_problems_are_told_at_once() -> None:
    rule = FixedTime(("25:00", "5:30"), zone="Mars/Base", weekdays=("funday",), days=(0,))
    assert [problem.partition(":")[0] for problem in rule.problems()] == [
        "times",
        "times",
        "zone",
        "weekdays",
        "days",
    ]
    assert len(Periodic(0, -1).problems()) == 2


def test_lists_and_upper_case_make_the_same_rule() -> None:
    loose: Any = FixedTime(["05:30"], weekdays=["Mon", " fri"], days=["15", "Last"])  # type: ignore[arg-type]
    assert loose == FixedTime(("05:30",), weekdays=("mon", "fri"), days=(15, "last"))
    assert FixedTime("05:30") == FixedTime(("05:30",))  # type: ignore[arg-type]
