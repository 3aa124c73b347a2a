"""Is a report due when its owner said, once for each time, and is a bad schedule refused?"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from domain.report.draft import draft, file_name
from domain.report.period import Span
from domain.report.query import ReportProblem, query
from domain.report.schedule import Limits, due, recipients, rule
from domain.report.written import Written

PARIS = ZoneInfo("Europe/Paris")
HOUR = 3600


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=PARIS).timestamp())


def test_late_times_become_one_and_older_ones_are_missed() -> None:
    when = rule(["08:00", "12:00"], "Europe/Paris")
    start, now = at("2027-05-01T07:00"), at("2027-05-03T13:00")
    found = due(when, start, now, PARIS, 12 * HOUR)
    assert [(each.result, each.count) for each in found] == [("missed", 4), ("merged", 1), ("catch_up", 1)]
    assert found[1].into == found[2].at == at("2027-05-03T12:00")


@pytest.mark.parametrize(("day", "hour"), [("2027-03-28", "02:30"), ("2027-10-31", "02:30")])
def test_a_day_on_which_the_clocks_change_has_one_time(day: str, hour: str) -> None:
    when = rule([hour], "Europe/Paris")
    start = at(f"{day}T00:00")
    looks = range(start, start + 24 * HOUR, 360)
    found = []
    accounted = start
    for now in looks:
        settled = due(when, accounted, now, PARIS, 12 * HOUR)
        found += settled
        accounted = max([accounted, *(each.last for each in settled)])
    assert len(found) == 1


def test_what_is_accounted_for_is_not_due_again() -> None:
    when = rule(["08:00"], None)
    served = at("2027-05-01T08:00")
    assert due(when, served, served + HOUR, PARIS, 12 * HOUR) == []


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"times": ["8"]}, "times: expected HH:MM from 00:00 to 23:59, got '8'; did you mean 08:00?"),
        ({"times": []}, "times: expected at least one HH:MM"),
        ({"times": [f"{n:02}:00" for n in range(24)] + ["00:30"]}, "times: at most 24 a day, got 25"),
        ({"times": ["08:00"], "zone": "Pariss"}, "zone: expected a name"),
        ({"times": ["08:00"], "weekdays": ["mom"]}, "did you mean mon?"),
        ({"times": ["08:00"], "days": [32]}, "days: expected 1 to 31 or last"),
        ({"times": 5}, "schedule:"),
    ],
)
def test_a_schedule_that_cannot_be_is_refused(values: dict[str, Any], said: str) -> None:
    with pytest.raises(ReportProblem) as caught:
        rule(**{"zone": None, **values})
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "wrong",
    [[], ["a@"], ["a@b.org\r\nBcc: x@b.org"], "a@b.org", {"a@b.org": 1}, [f"a{n}@b.org" for n in range(51)]],
)
def test_bad_addresses_are_refused(wrong: Any) -> None:
    with pytest.raises(ReportProblem, match=r"^recipients: "):
        recipients(wrong)


def test_an_address_given_twice_gets_one_mail() -> None:
    assert recipients(["a@b.org", "a@b.org"]) == ("a@b.org",)


@pytest.mark.parametrize("wrong", [{"most_rows": 0}, {"window_hours": 1000}, {"most_read": -1}])
def test_limits_have_limits(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="expected 1 to"):
        Limits(**wrong)  # type: ignore[arg-type]


def test_a_zone_that_does_not_exist_is_no_option() -> None:
    with pytest.raises(ValueError, match="zone: expected a name such as Europe/Paris, got 'Mars'"):
        Limits(zone="Mars")


def test_the_mail_says_rows_span_filters_limit_and_what_it_stands_for() -> None:
    asked = query(name="Überfällig: a/b", kind="runs", filters={"state": ["failed", "lost"]})
    mail = draft(
        asked,
        Written(b"x", 0, "only the newest 0 rows are here"),
        form="csv",
        over=Span(at("2027-03-27T08:00"), at("2027-03-28T08:00")),
        zone=PARIS,
        site="Test",
        to=("a@b.org",),
        once_key="k",
        also=2,
    )
    assert mail.subject == "[Test] Überfällig: a/b: 0 rows"
    assert mail.text.splitlines() == [
        "Überfällig: a/b: 0 rows",
        "runs from 2027-03-27 08:00+01:00 to 2027-03-28 08:00+02:00 (Europe/Paris)",
        "filters: state failed, lost",
        "only the newest 0 rows are here",
        "it stands also for 2 earlier planned times that were not served",
    ]
    assert mail.attachments[0].name == "Überfällig_a_b_2027-03-28_0800.csv"


def test_a_name_without_letters_still_makes_a_file_name() -> None:
    assert file_name("../..", datetime(2027, 3, 28, 8, tzinfo=PARIS), "html") == "report_2027-03-28_0800.html"
