"""Can a program read the forecast of run groups, and the timeline and durations of a service?"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from tests.support import rows
from tests.web.shown.conftest import Scene, scene
from web import failures
from web.access import guard
from web.access.who import Who
from web.api import forecast

__all__ = ["scene"]

pytestmark = pytest.mark.parametrize("scene", ["sqlite"], indirect=True)


@pytest.fixture
def client(scene: Scene) -> Iterator[TestClient]:
    """The routes, for somebody who may only look."""
    app = FastAPI()
    app.state.site = scene.site
    failures.add(app)
    app.include_router(forecast.router)
    app.dependency_overrides = {guard.viewer: lambda: Who("vera", "viewer", "api", 1)}
    with TestClient(app) as made:
        yield made


def test_the_forecast_tells_of_every_group_and_of_those_held_now(scene: Scene, client: TestClient) -> None:
    run = scene.ask("holder")
    scene.claim(run)
    found = client.get("/api/v1/groups/forecast").json()
    assert "disk" in [group["name"] for group in found["groups"]]
    assert found["held"]["disk"]["run"] == run
    assert {"from", "until", "collisions", "impossible", "suggestions", "assumed"} <= set(found)


def test_a_service_is_found_by_name_and_by_title(scene: Scene, client: TestClient) -> None:
    at = scene.clock.now() - 60
    rows.run(5, "succeeded", at, service="adder", started_at=at - 3, queued_at=at - 4, node="n1")
    for words in ("adder", "Adder"):
        found = client.get(f"/api/v1/services/{words}/timeline").json()
        assert [run["id"] for lane in found["lanes"] for run in lane["runs"]] == [5]
    took = client.get("/api/v1/services/adder/durations?days=1").json()
    assert [each for each in took["p50"] if each is not None] == [3.0]


def test_an_unknown_service_is_named(client: TestClient) -> None:
    for what in ("timeline", "durations"):
        answer = client.get(f"/api/v1/services/addder/{what}")
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_service")
        assert "adder" in answer.json()["detail"]


@pytest.mark.parametrize(
    "path",
    ["timeline?hours=0", "timeline?hours=169", "timeline?hours=x", "durations?days=0", "durations?days=91"],
)
def test_spans_that_make_no_sense_are_refused(client: TestClient, path: str) -> None:
    assert client.get(f"/api/v1/services/adder/{path}").status_code == 422
