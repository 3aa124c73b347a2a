"""Is the rate of a call the one that an operator would point at?"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from domain.rating.at_work import Reason
from domain.rating.rate import Rate, RateTable
from domain.rating.time_profile import DAY, Span, TimeProfile
from tests.domain.rating.asked import ask, book

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("dst", "code"),
    [("4420123", "4420"), ("44", "44"), ("442", "44"), ("4421", "44"), ("45", ""), ("+4420", "4420")],
)
def test_the_longest_code_wins(dst: str, code: str) -> None:
    assert (
        ask(book([Rate(1, 1, "44", 1), Rate(2, 1, "4420", 1), Rate(3, 1, "44201239", 1)]), dst).code == code
    )


@pytest.mark.parametrize(("dst", "rate"), [("12", 1), ("120", 2), ("121", 1), ("1200", 2)])
def test_a_zero_is_a_digit(dst: str, rate: int) -> None:
    assert ask(book([Rate(1, 1, "12", 1), Rate(2, 1, "120", 1)]), dst).rate == rate


def test_a_shorter_code_serves_when_the_longest_has_no_rate_in_force() -> None:
    asked = book(
        [Rate(1, 1, "44", 1), Rate(2, 1, "442", 1, since=100, until=200), Rate(3, 1, "4420", 1, since=500)]
    )
    assert [ask(asked, "44201", at=at).rate for at in (99, 100, 199, 200, 499, 500)] == [1, 2, 2, 1, 1, 3]
    assert [ask(asked, "44201", at=at).code for at in (99, 100, 500)] == ["44", "442", "4420"]


@pytest.mark.parametrize(
    ("own", "above", "dst", "rate"),
    [
        ("44", "44", "4420", 1),
        ("44", "4420", "4420", 2),
        ("4420", "44", "4420", 1),
        ("4420", "44", "4421", 2),
    ],
)
def test_a_table_wins_over_its_parent_at_equal_length(own: str, above: str, dst: str, rate: int) -> None:
    tables = [RateTable(1, "EUR", parent=2), RateTable(2, "EUR")]
    assert ask(book([Rate(1, 1, own, 1), Rate(2, 2, above, 1)], tables=tables), dst).rate == rate


def test_a_grandparent_serves_too() -> None:
    tables = [RateTable(1, "EUR", parent=3), RateTable(2, "EUR"), RateTable(3, "EUR", parent=2)]
    assert ask(book([Rate(1, 2, "44", 1)], tables=tables), "44").rate == 1


def test_tables_do_not_see_each_others_codes() -> None:
    tables = [RateTable(1, "EUR"), RateTable(2, "EUR")]
    assert ask(book([Rate(1, 2, "44", 1), Rate(2, 1, "9", 1)], tables=tables), "44").reason is Reason.NO_CODE


def test_the_rate_at_the_beginning_of_a_call_counts_for_all_of_it() -> None:
    asked = book([Rate(1, 1, "44", 1), Rate(2, 1, "44", 2, since=1000)])
    assert [ask(asked, "44", at=at, volume=600).rate for at in (999, 1000)] == [1, 2]


def test_of_two_rates_in_force_the_later_wins_while_it_lasts() -> None:
    asked = book([Rate(1, 1, "44", 1), Rate(2, 1, "44", 2, since=1000, until=2000)])
    assert [ask(asked, "44", at=at).rate for at in (999, 1000, 1999, 2000)] == [1, 2, 2, 1]


def test_of_two_rates_from_the_same_second_the_one_entered_later_wins() -> None:
    assert ask(book([Rate(7, 1, "44", 1, since=5), Rate(3, 1, "44", 2, since=5)]), "44", at=5).rate == 7


def test_a_rate_for_the_caller_is_before_one_for_everybody() -> None:
    asked = book(
        [Rate(1, 1, "44", 1), Rate(2, 1, "44", 1, src_code="49"), Rate(3, 1, "44", 1, src_code="4930")]
    )
    assert [ask(asked, "44", src=src).rate for src in ("", "4830", "4940", "+493012", "anonymous")] == [
        1,
        1,
        2,
        3,
        1,
    ]


def test_a_rate_with_a_tag_is_for_calls_that_carry_it() -> None:
    asked = book([Rate(1, 1, "44", 1), Rate(2, 1, "44", 1, tag="night"), Rate(3, 1, "44", 1, tag="mobile")])
    tags = (set(), {"night"}, {"night", "mobile"}, {"other"})
    assert [ask(asked, "44", tags=frozenset(each)).rate for each in tags] == [1, 2, 3, 1]


def test_a_time_profile_goes_by_the_clock_on_the_wall_on_both_sides_of_a_change() -> None:
    hours = TimeProfile("night", BERLIN, tuple(Span(day, 22 * 3600, 6 * 3600) for day in range(7)))
    asked = book([Rate(1, 1, "44", 1), Rate(2, 1, "44", 1, profile="night")], profiles=[hours])

    def at(day: int, hour: int, minute: int) -> int:
        return int(datetime(2025, 10, day, hour, minute, tzinfo=BERLIN).timestamp())

    moments = [at(day, *clock) for day in (25, 26) for clock in ((5, 59), (6, 0), (21, 59), (22, 0))]
    assert [ask(asked, "44", at=each).rate for each in moments] == [2, 1, 1, 2] * 2


def test_an_offset_that_changes_within_a_quarter_of_an_hour_is_seen() -> None:
    hours = TimeProfile("first", ZoneInfo("Africa/Monrovia"), (Span(4, 44 * 60 + 30, 45 * 60),))
    asked = book([Rate(1, 1, "44", 1, profile="first")], profiles=[hours])
    midnight = int(
        datetime(1972, 1, 7, 0, 44, 30, tzinfo=ZoneInfo("UTC")).timestamp()
    )  # it was 00:00:00 there
    assert [ask(asked, "44", at=midnight + each).rate for each in (-1, 0, 29, 30)] == [-1, 1, 1, -1]


def test_a_span_over_the_end_of_the_week_goes_on_on_monday() -> None:
    hours = TimeProfile("late", ZoneInfo("UTC"), (Span(6, 23 * 3600, 3600),))
    asked = book([Rate(1, 1, "44", 1, profile="late")], profiles=[hours])
    sunday = 3 * DAY  # 4 January 1970
    moments = (sunday + 23 * 3600 - 1, sunday + 23 * 3600, sunday + DAY + 3599, sunday + DAY + 3600)
    assert [ask(asked, "44", at=each).reason is Reason.RATED for each in moments] == [
        False,
        True,
        True,
        False,
    ]


@pytest.mark.parametrize("dst", ["", "+", "44x", "1" * 41, "44 20", "44\0", "44\x0020", "٤٤"])
def test_what_is_no_number_is_said_so_and_the_others_are_rated(dst: str) -> None:
    assert ask(book([Rate(1, 1, "", 1)]), dst).reason is Reason.BAD_NUMBER
    assert ask(book([Rate(1, 1, "", 1)]), "4" * 40).rate == 1


@pytest.mark.parametrize(("at", "volume"), [(-1, 1), (2**33, 1), (2**62, 1), (1, -1), (1, 2**53 + 1)])
def test_impossible_times_and_volumes_are_said_so(at: int, volume: int) -> None:
    reason = ask(book([Rate(1, 1, "44", 1)]), "44", at=at, volume=volume).reason
    assert reason is (Reason.BAD_TIME if volume == 1 else Reason.BAD_VOLUME)


def test_a_site_without_any_rate_has_no_code() -> None:
    tables = [RateTable(1, "EUR", parent=2), RateTable(2, "EUR")]
    assert ask(book([], tables=tables), "44").reason is Reason.NO_CODE
