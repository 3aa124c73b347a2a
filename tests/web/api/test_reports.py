"""Can a program keep reports, schedule them and have them sent, as its role allows?"""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from store import database
from tests.support.rows import run as add_run
from tests.support.visitors import Application

FAILED = {"name": "Failed", "kind": "runs", "filters": {"state": "failed"}, "columns": ["id"]}
DAILY = {"times": ["08:00"], "recipients": ["a@example.org"]}


@pytest.fixture
def operator(application: Application) -> TestClient:
    return program(application, "operator")


def program(application: Application, role: str, name: str | None = None) -> TestClient:
    """A program of a user with this role, who is called as the role unless named."""
    client = application.program(application.token(name or role, role))
    client.base_url = client.base_url.join("/api/v1/")
    return client


def kept(client: TestClient) -> str:
    """A report of this client's owner; its path."""
    return f"reports/{client.post('reports', json=FAILED).json()['id']}"


def test_a_report_from_its_question_to_its_mail(application: Application, operator: TestClient) -> None:
    add_run(1, "failed", application.clock.now() - 60)
    made = operator.post("reports", json=FAILED)
    assert (made.status_code, made.json()["owner"]) == (201, "operator")
    path = f"reports/{made.json()['id']}"
    assert operator.get(f"{path}/rows").json()["rows"] == [[1]]
    (each,) = operator.post(f"{path}/schedules", json=DAILY).json()["schedules"]
    schedule = f"reports/schedules/{each['id']}"
    sent = [operator.post(f"{schedule}/send", headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert [answer.status_code for answer in sent] == [202, 202]
    assert [answer.json()["new"] for answer in sent] == [True, False]
    assert database.read().value("SELECT COUNT(*) FROM mail") == 1
    changed = operator.post(f"{path}?revision=1", json={**FAILED, "name": "All", "filters": {}})
    assert (changed.json()["name"], changed.json()["revision"]) == ("All", 2)
    assert operator.post(f"{path}?revision=1", json=FAILED).json()["code"] == "changed_meanwhile"
    assert [operator.post(f"{schedule}/{word}").status_code for word in ("disable", "enable")] == [204, 204]
    assert [operator.delete(each).status_code for each in (schedule, path)] == [204, 204]
    assert operator.get("reports").json() == {"reports": []}


def test_a_viewer_reads_and_an_operator_writes_their_own(
    application: Application, operator: TestClient
) -> None:
    path = kept(operator)
    viewer = program(application, "viewer")
    reads = ("reports", path, f"{path}/rows", "reports/kinds")
    assert [viewer.get(each).status_code for each in reads] == [200] * 4
    assert viewer.post("reports/preview", json=FAILED).status_code == 200
    assert [viewer.post("reports", json=FAILED).status_code, viewer.delete(path).status_code] == [403, 403]
    application.add("bob", "operator")
    answer = program(application, "operator", "bob").delete(path).json()
    assert (answer["code"], answer["detail"]) == (
        "not_yours",
        "Failed belongs to operator: ask them, or an admin",
    )
    assert program(application, "admin").delete(path).status_code == 204


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {**FAILED, "kind": "run"},
        {**FAILED, "name": "a\x00b"},
        {**FAILED, "reason": "a\x00b"},
        {**FAILED, "columns": "id\x00"},
        {**FAILED, "filters": {"state": ["faild"]}},
        {**FAILED, "filters": {"state": {"a": 1}}},
        {**FAILED, "filters": {"service": ["x\x00"]}},
        {**FAILED, "group_by": [None]},
        {**FAILED, "more": 1},
    ],
)
def test_what_is_no_report_is_refused_with_a_problem(operator: TestClient, body: Any) -> None:
    answer = operator.post("reports", json=body)
    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert operator.get("reports").json() == {"reports": []}


@pytest.mark.parametrize(
    "wrong",
    [
        {"times": ["8"]},
        {"recipients": ["x"]},
        {"format": "pdf"},
        {"zone": "Mars"},
        {"days": [[1]]},
        {"weekdays": "mon"},
    ],
)
def test_what_is_no_schedule_is_refused(operator: TestClient, wrong: dict[str, Any]) -> None:
    path = kept(operator)
    answer = operator.post(f"{path}/schedules", json={**DAILY, **wrong})
    assert 400 <= answer.status_code < 500
    assert operator.get(path).json()["schedules"] == []


@pytest.mark.parametrize("path", ["99", "99/rows", "0", "x", f"{2**63}"])
def test_a_report_that_is_not_there(operator: TestClient, path: str) -> None:
    assert operator.get(f"reports/{path}").status_code in (404, 422)
