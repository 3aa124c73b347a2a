"""Does the API tell of servers, their samples, checks and what they found?"""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.watched_site import watch
from tests.web.api.asking import Api, api, scene

__all__ = ["api", "scene"]


@pytest.fixture
def watched(api: Api, scene: Any) -> Api:
    watch(scene.site, 3)
    return api


def test_servers_and_checks_are_listed(watched: Api) -> None:
    (server,) = watched.get("/servers").json()["servers"]
    assert (server["name"], server["state"], server["cpu"], server["memory"]) == ("web1", "failed", 42, 96)
    assert server["disk"] == {"mount": "/var", "percent": 88}
    assert (server["checks"]["failed"], server["checks"]["unknown"]) == (1, 1)
    checks = watched.get("/checks").json()["checks"]
    assert [(row["name"], row["state"], row["alert"]) for row in checks] == [
        *(("bad", "failed", True), ("new", "unknown", False), ("good", "good", False))
    ]
    assert checks[0]["since"] < checks[0]["looked_at"] < checks[0]["next_due"]
    assert [row["name"] for row in watched.get("/checks?q=STATUS 2").json()["checks"]] == ["good"]


def test_the_history_of_a_check_comes_in_pages(watched: Api) -> None:
    bad = watched.get("/checks?state=failed").json()["checks"][0]["id"]
    first = watched.get(f"/checks/{bad}/results?limit=2").json()
    assert [row["state"] for row in first["results"]] == ["failed", "failed"]
    rest = watched.get(f"/checks/{bad}/results?limit=2&before={first['next']}").json()
    assert (len(rest["results"]), rest["next"]) == (1, None)
    assert watched.get("/checks/999/results").status_code == 404


def test_samples_of_all_disks_stand_at_the_same_times(watched: Api, scene: Any) -> None:
    found = watched.get("/servers/WEB1/samples?metric=disk.used_percent&hours=1").json()
    assert [line["object"] for line in found["lines"]] == ["/", "/var"]
    assert len(found["at"]) == 3
    assert found["lines"][1]["mean"] == [88, 88, 88]
    rolled = watched.get("/servers/web1/samples?metric=disk.used_percent&hours=24").json()
    assert rolled["step"] == 300
    assert watched.get("/servers/web1/samples?metric=nothing").json()["lines"] == []
    watch(scene.site, 1, server="mx 1/ä")
    assert watched.get("/servers/mx%201%2F%C3%A4/samples?metric=cpu.percent").json()["lines"]
    assert watched.get("/servers/nowhere/samples?metric=x").status_code == 404
