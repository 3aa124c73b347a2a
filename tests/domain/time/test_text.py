"""Schedules as column text, and the words of the command line."""

from __future__ import annotations

import pytest

from domain.time.rule import Daemon, FixedTime, OnDemand, Periodic, Rule
from domain.time.text import describe, parse_days, parse_times, parse_weekdays


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (Periodic(5, 2), "every 5 min at :02"),
        (Periodic(5), "every 5 min"),
        (Periodic(60, 30), "every 60 min at :30"),
        (Periodic(16), "every 16 min"),
        (Periodic(16, 3), "every 16 min from 00:03"),
        (FixedTime(("05:30", "17:30")), "05:30, 17:30"),
        (FixedTime(("05:30",), "Europe/Paris", ("mon", "fri")), "05:30 Europe/Paris mon,fri"),
        (FixedTime(("05:30",), days=(1, 15, "last")), "05:30 days 1,15,last"),
        (Daemon(), "daemon"),
        (OnDemand(), "on demand"),
    ],
)
def test_each_rule_reads_as_a_short_text(rule: Rule, text: str) -> None:
    assert describe(rule) == text


def test_words_of_the_command_line_become_tuples() -> None:
    assert parse_times("05:30, 17:30") == ("05:30", "17:30")
    assert parse_weekdays("Mon,fri") == ("mon", "fri")
    assert parse_days("1,15,Last") == (1, 15, "last")


def test_empty_text_lifts_the_limit_on_dates() -> None:
    assert parse_weekdays("") == ()
    assert parse_days(" ") == ()


def test_bad_words_get_the_problems_of_the_rule() -> None:
    with pytest.raises(ValueError) as times:
        parse_times("5:30,25:00")
    assert str(times.value) == "; ".join(FixedTime(("5:30", "25:00")).problems())
    with pytest.raises(ValueError, match="times: expected at least one HH:MM, got none"):
        parse_times("")
    with pytest.raises(ValueError, match="got ''"):
        parse_times("05:30,")
    with pytest.raises(ValueError, match=r"weekdays: .* got 'funday'"):
        parse_weekdays("mon,funday")
    with pytest.raises(ValueError, match="days: expected 1 to 31 or last, got 32"):
        parse_days("1,32")
