"""Can an admin decide on held acts over HTTP, and nobody else?"""

from __future__ import annotations

from typing import Any

import pytest

from domain.effects.act import Act
from store import database, held_act
from tests.web.api.asking import Api, Scene, api, scene

__all__ = ["api", "scene"]


@pytest.fixture
def three(scene: Scene) -> None:
    """Three acts of the family dns are held."""
    for key in ("a", "b", "c"):
        act = Act(
            family="dns", service="sync", effect="outward", what=f"Write {key}", key=key, detail={"ttl": 60}
        )
        database.write(lambda tx, act=act: held_act.ask(tx, act, 1, scene.clock.now()))  # type: ignore[misc]


def held(api: Api, **query: Any) -> list[str]:
    return [row["what"] for row in api.get("/held-acts", params=query).json()["held_acts"]]


@pytest.mark.usefixtures("three")
def test_what_is_held_is_listed_page_by_page(api: Api) -> None:
    first = api.get("/held-acts", params={"limit": 2}).json()
    assert [row["key"] for row in first["held_acts"]] == ["a", "b"]
    assert (first["held_acts"][0]["detail"], first["next"]) == ({"ttl": 60}, 2)
    rest = api.get("/held-acts", params={"limit": 2, "after": first["next"]}).json()
    assert ([row["key"] for row in rest["held_acts"]], rest["next"]) == (["c"], None)
    assert held(api, family="mail") == []


@pytest.mark.usefixtures("three")
def test_single_acts_are_released_or_dropped_all_or_none(api: Api) -> None:
    assert api.post("/held-acts/release", {"ids": [1], "reason": "looked"}).json() == {"acts": 1}
    assert api.post("/held-acts/drop", {"ids": [2, 99]}).status_code == 404
    assert held(api) == ["Write b", "Write c"]
    assert api.post("/held-acts/release", {"ids": [1]}).json()["detail"].startswith("act 1 is released")
    (entry,) = api.get("/audit", params={"limit": 1}).json()["audit"]
    assert (entry["actor"], entry["action"], entry["object"]) == ("ann", "release act", "held act 1")
    assert entry["reason"] == "looked"


@pytest.mark.usefixtures("three")
def test_a_family_is_decided_up_to_what_was_seen_then_goes_live(api: Api) -> None:
    assert api.post("/held-acts/drop", {"family": "dns", "until": 1}).json() == {"acts": 1}
    done = api.post("/families/dns/go-live").json()
    assert done == {"family": "dns", "changed": True, "acts": 2, "jobs": 0}
    (dns,) = [row for row in api.get("/families").json()["families"] if row["family"] == "dns"]
    assert (dns["observes"], dns["by"], dns["held"], dns["released"]) == (False, "ann", 0, 2)
    assert api.post("/families/dns/go-live").json()["changed"] is False
    assert api.post("/families/dns/observe").json()["acts"] == 2


@pytest.mark.usefixtures("three")
def test_an_operator_looks_and_decides_nothing(api: Api) -> None:
    api.be("operator")
    assert held(api) == ["Write a", "Write b", "Write c"]
    for path, body in (
        ("/held-acts/release", {"ids": [1]}),
        ("/held-acts/drop", {"family": "dns"}),
        ("/families/dns/go-live", None),
        ("/services/cleaner/steps/1/destroys", {"on": True}),
    ):
        assert api.post(path, body).status_code == 403


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"ids": [1], "family": "dns"}, 422),
        ({"ids": [1], "until": 1}, 422),
        ({"family": "x"}, 404),
    ],
)
def test_what_cannot_be_is_a_problem_document(api: Api, body: dict[str, Any], status: int) -> None:
    assert api.post("/held-acts/release", body).status_code == status


def test_a_step_that_destroys_nothing_cannot_be_let_destroy(api: Api) -> None:
    answer = api.post("/services/cleaner/steps/1/destroys", {"on": True})
    assert (answer.status_code, answer.json()["code"]) == (409, "not_destroying")
    assert api.get("/destructions").json() == {"steps": [], "destructions": []}


def test_a_service_tells_of_its_tasks_and_their_history(api: Api) -> None:
    tasks = api.get("/services/cleaner").json()["tasks"]
    assert [task["effect"] for task in tasks] == ["local", "local"]
    assert tasks[0]["history"] == []
    assert (tasks[0]["next_due_at"], tasks[0]["time_limit"], tasks[0]["destroys"]) == (None, None, None)
