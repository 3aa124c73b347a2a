"""Is a report over the days and hours that its words mean, also when the clocks change?"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from domain.report.period import span

PARIS = ZoneInfo("Europe/Paris")


def at(text: str, zone: ZoneInfo = PARIS) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp())


@pytest.mark.parametrize(
    ("period", "since", "until"),
    [
        ("today", "2027-03-31", None),
        ("yesterday", "2027-03-30", "2027-03-31"),
        ("this_week", "2027-03-29", None),
        ("last_week", "2027-03-22", "2027-03-29"),
        ("this_month", "2027-03-01", None),
        ("last_month", "2027-02-01", "2027-03-01"),
    ],
)
def test_words_of_the_calendar(period: str, since: str, until: str | None) -> None:
    now = at("2027-03-31T08:00")
    assert span(period, now, PARIS) == (at(since), at(until) if until else now)


@pytest.mark.parametrize(("day", "hours"), [("2027-03-28", 23), ("2027-10-31", 25), ("2027-06-01", 24)])
def test_a_day_on_which_the_clocks_change_is_whole(day: str, hours: int) -> None:
    morning = at(f"{day}T12:00") + 86_400
    since, until = span("yesterday", morning, PARIS)
    assert (until - since, since) == (hours * 3600, at(day))


def test_spans_count_real_time() -> None:
    now = at("2027-03-28T12:00")
    assert [now - span(words, now, PARIS).since for words in ("90m", "24h", "7d")] == [5400, 86_400, 604_800]


def test_a_date_that_the_zone_leaves_out_begins_with_the_next_one() -> None:
    apia = ZoneInfo("Pacific/Apia")  # it had no 2011-12-30
    now = at("2011-12-31T12:00", apia)
    assert span("yesterday", now, apia) == (at("2011-12-31", apia),) * 2


def test_the_last_month_of_january_is_december() -> None:
    now = at("2027-01-15T08:00")
    assert span("last_month", now, PARIS) == (at("2026-12-01"), at("2027-01-01"))
