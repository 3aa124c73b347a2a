"""Can a program read and work alerts over HTTP?"""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from domain.alert.finding import Finding
from domain.time.clock import rfc3339
from store import alert, database
from tests.support.visitors import Application


@pytest.fixture
def client(application: Application) -> TestClient:
    """A program that may do what operators may."""
    return application.program(application.token(role="operator"))


def opened(application: Application, count: int = 1) -> list[int]:
    """So many open alerts; their ids."""

    def work(number: int) -> int:
        found = Finding("failing", f"service s{number}", "it fails", "error")
        made = database.write(lambda tx: alert.open_one(tx, found, application.clock.now()))
        assert made is not None
        return made

    return [work(number) for number in range(count)]


def test_alerts_are_read_page_by_page(application: Application, client: TestClient) -> None:
    ids = opened(application, 3)
    first = client.get("/api/v1/alerts", params={"limit": 2}).json()
    second = client.get("/api/v1/alerts", params={"limit": 2, "before": first["next"]}).json()
    assert [row["id"] for row in first["alerts"] + second["alerts"]] == ids[::-1]
    assert second["next"] is None
    assert client.get("/api/v1/alerts?state=resolved").json() == {"alerts": [], "next": None}


def test_an_alert_is_acknowledged_once(application: Application, client: TestClient) -> None:
    (one,) = opened(application)
    path = f"/api/v1/alerts/{one}/acknowledge"
    said = client.post(path, json={"note": "on it"}).json()
    assert (said["acknowledged_by"], said["acknowledged_note"]) == ("admin", "on it")
    again = client.post(path, json={})
    assert (again.status_code, again.json()["code"]) == (409, "acknowledged")
    assert client.delete(path).json()["acknowledged_by"] is None


def test_a_viewer_reads_and_does_nothing(application: Application) -> None:
    (one,) = opened(application)
    viewer = application.program(application.token(role="viewer"))
    assert len(viewer.get("/api/v1/alerts").json()["alerts"]) == 1
    assert viewer.post(f"/api/v1/alerts/{one}/acknowledge", json={}).status_code == 403
    assert viewer.post("/api/v1/alerts/mutes", json={"rule": "failing"}).status_code == 403


def test_a_mute_is_made_and_ended(application: Application, client: TestClient) -> None:
    made = client.post(
        "/api/v1/alerts/mutes", json={"rule": "failing", "object": "service s*", "seconds": 60}
    )
    assert made.status_code == 201
    assert made.json()["until"] == rfc3339(application.clock.now() + 60)
    opened(application)
    assert client.get("/api/v1/alerts").json()["alerts"][0]["quiet"]
    path = f"/api/v1/alerts/mutes/{made.json()['id']}"
    assert (client.delete(path).status_code, client.delete(path).status_code) == (204, 404)
    assert client.get("/api/v1/alerts/mutes").json() == {"mutes": []}


def test_a_window_is_planned_and_cancelled(application: Application, client: TestClient) -> None:
    ends = rfc3339(application.clock.now() + 3600)
    made = client.post("/api/v1/alerts/windows", json={"ends_at": ends, "reason": "disks"})
    assert (made.status_code, made.json()["ends_at"], made.json()["begun"]) == (201, ends, True)
    assert len(client.get("/api/v1/alerts/windows").json()["windows"]) == 1
    assert client.delete(f"/api/v1/alerts/windows/{made.json()['id']}").status_code == 204
    assert client.get("/api/v1/alerts/windows").json() == {"windows": []}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/alerts/mutes", {"rule": "failing", "secnods": 60}),
        ("/alerts/mutes", {"rule": "failing", "seconds": -1}),
        ("/alerts/mutes", {"rule": 7}),
        ("/alerts/windows", {}),
        ("/alerts/windows", {"ends_at": "2027-01-15T12:00:00"}),
        ("/alerts/0/acknowledge", {}),
        (f"/alerts/{10**30}/acknowledge", {}),
    ],
)
def test_what_is_no_request_is_answered_by_a_problem_document(
    client: TestClient, path: str, body: dict[str, object]
) -> None:
    said = client.post(f"/api/v1{path}", json=body)
    assert (said.status_code, said.headers["content-type"]) == (422, "application/problem+json")
