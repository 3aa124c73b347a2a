"""Can an operator count calls, have them rated again and stop that, on the page and over HTTP?"""

from __future__ import annotations

import html
import re

import pytest
from starlette.testclient import TestClient

from store import database
from store.calls import day_state, rerating
from tests.support import call_rows
from tests.support.call_rows import DAY, Row
from tests.support.visitors import Application

ONE_DAY = {"first": "2027-01-15", "last": "2027-01-15"}


@pytest.fixture
def operator(application: Application) -> TestClient:
    """Three calls of one day, one of them without a charge."""
    call_rows.batch([Row(client_id=None), Row(client_id=None, reason=4, cost=0), Row(client_id=None)])
    return application.signed_in("operator")


def notice(client: TestClient) -> str:
    found = re.search(r'<p class="notice \w+">(.*?)</p>', client.get("/calls/rerating").text)
    assert found is not None
    return html.unescape(found[1])


def job(number: int = 1) -> rerating.Job:
    found = rerating.one(database.read(), number)
    assert found is not None
    return found


def test_calls_are_counted_before_they_are_rated_again(operator: TestClient) -> None:
    assert "Nothing was rated again yet" in operator.get("/calls/rerating").text
    text = operator.get("/calls/rerating", params={**ONE_DAY, "matched": "mismatched"}).text
    assert "1 call on 1 day<" in text
    assert "Rate them again" in text
    assert database.read().value("SELECT COUNT(*) FROM rerating") == 0


def test_a_job_is_asked_for_shown_and_cancelled(operator: TestClient, application: Application) -> None:
    answer = operator.post("/calls/rerating", data={**ONE_DAY, "code": "44", "reason": "new rates"})
    assert answer.headers["location"] == "/calls/rerating"
    assert notice(operator).startswith("rerating 1 begins")
    assert (job().state, job().selection.code, job().first_day) == ("waiting", "44", DAY)
    entry = application.audit()[0]
    assert (entry["action"], entry["actor"], entry["reason"]) == ("rerating start", "operator", "new rates")
    operator.post("/calls/rerating/1/cancel")
    assert job().state == "cancelled"
    operator.post("/calls/rerating/1/cancel")
    assert notice(operator) == "rerating 1 is cancelled: there is nothing to cancel"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"first": "2027-01-16"}, "first: 2027-01-16 comes after last, 2027-01-15"),
        ({"first": "2026-06-01"}, "more than 92 days"),
        ({"first": "soon"}, "soon"),
        ({"client": "Nobody"}, "there is no organisation 'Nobody'"),
        ({"account": "None"}, "there is no voice account 'None'"),
        ({"code": "44x"}, "code: expected the first digits of a code, got '44x'"),
        ({"status": "odd"}, "status: there is no 'odd'"),
        ({"origin": "both"}, "origin: expected orig or term"),
        ({"invoiced": "ignore"}, "invoiced: expected refuse or credit"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(
    operator: TestClient, wrong: dict[str, str], said: str
) -> None:
    answer = operator.get("/calls/rerating", params={**ONE_DAY, **wrong})
    assert answer.status_code == 422
    assert said in html.unescape(answer.text)


def test_a_day_in_an_archive_is_refused_with_the_reason(operator: TestClient) -> None:
    database.write(lambda tx: day_state.change(tx, DAY, ("open",), "archiving", "archive", call_rows.NOW))
    assert "2027-01-15 is archiving" in operator.get("/calls/rerating", params=ONE_DAY).text
    operator.post("/calls/rerating", data=ONE_DAY)
    assert notice(operator).startswith("2027-01-15 is archiving: restore it first")


def test_programs_do_the_same(operator: TestClient, application: Application) -> None:
    program = application.program(application.token(role="operator"))
    counted = program.post("/api/v1/calls/reratings/preview", json=ONE_DAY).json()
    assert counted == {
        "legs": 3,
        "invoiced": 0,
        "days": [{"day": "2027-01-15", "legs": 3}],
        "problem": None,
    }
    made = program.post("/api/v1/calls/reratings", json={**ONE_DAY, "invoiced": "credit"})
    assert (made.status_code, made.json()["state"], made.json()["invoiced"]) == (201, "waiting", "credit")
    assert program.get("/api/v1/calls/reratings").json()["reratings"] == [made.json()]
    assert program.get("/api/v1/calls/reratings/1").json() == made.json()
    assert program.post("/api/v1/calls/reratings/1/cancel", json={}).json()["state"] == "cancelled"
    assert program.get("/api/v1/calls/reratings/7").status_code == 404
