"""Are days and hours those of the person who asks, and is a day without calls no trouble?"""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from store import database
from store.calls.archiving import day_of
from tests.support.call_rows import NOW
from tests.support.rows import put
from web.shown import call_days, call_question

pytestmark = pytest.mark.usefixtures("engine_database")


@pytest.mark.parametrize(
    ("zone", "first", "hours"),
    [("UTC", 0, 24), ("Europe/Berlin", -1, 24), ("Asia/Kathmandu", -5, 24), ("America/New_York", 5, 24)],
)
def test_a_day_of_a_report_is_one_of_the_clock_on_the_wall(zone: str, first: int, hours: int) -> None:
    day = "2026-11-20"
    asked = (database.read(), NOW, ZoneInfo(zone), day, day, "orig", "", "", "", "hour")
    wanted = call_question.wanted(*asked)
    midnight = day_of(date.fromisoformat(day)) * 24
    assert (wanted.first - midnight, wanted.end - wanted.first) == (first, hours)


@pytest.mark.parametrize(("day", "hours"), [("2026-10-25", 25), ("2026-03-29", 23)])
def test_the_days_of_a_change_have_an_hour_more_or_less(day: str, hours: int) -> None:
    asked = (database.read(), NOW, ZoneInfo("Europe/Berlin"), day, day, "orig", "", "", "", "hour")
    wanted = call_question.wanted(*asked)
    assert wanted.end - wanted.first == hours


def test_a_day_without_calls_has_come_to_its_end() -> None:
    day = date(2026, 11, 20)
    put("call_day", day=day_of(day), state="open", changed_at=NOW)
    row = call_days.one(database.read(), day)
    assert row is not None
    assert (row["total"], row["progress"], row["minutes"]) == (0, 100.0, 0.0)
