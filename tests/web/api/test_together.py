"""Does the API do the same to several things at once, to all of them or to none?"""

from __future__ import annotations

import pytest

from tests.web.api.asking import Api, Scene, api, scene

__all__ = ["Scene", "api", "scene"]


def enabled(api: Api, name: str) -> bool:
    return bool(api.get(f"/services/{name}").json()["status"] == "enabled")


def test_several_services_are_switched_in_one_go(api: Api) -> None:
    body = {"names": ["stepper", "adder"], "do": "disable", "together": True}
    assert api.post("/services/bulk", body).json()["results"] == [
        {"name": "stepper", "changed": True},
        {"name": "adder", "changed": True},
    ]
    assert not enabled(api, "stepper")
    assert not enabled(api, "adder")


def test_one_that_is_refused_stops_all_of_them(api: Api) -> None:
    body = {"names": ["stepper", "no_such"], "do": "disable", "together": True}
    answer = api.post("/services/bulk", body)
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_service")
    assert enabled(api, "stepper")


def test_no_names_pause_every_service(api: Api) -> None:
    results = api.post("/services/bulk", {"names": [], "do": "pause", "together": True}).json()["results"]
    assert {"stepper", "adder"} <= {row["name"] for row in results if row["changed"]}
    assert api.get("/services/adder").json()["paused"]


@pytest.mark.parametrize(
    "body",
    [
        {"names": [], "do": "enable", "together": True},
        {"names": [], "do": "pause"},
        {"names": ["adder"], "do": "pause", "until": "2099-01-01T00:00:00Z"},
        {"names": ["adder"], "do": "enable", "until": "2099-01-01T00:00:00Z", "together": True},
        {"names": ["adder", "stepper"], "do": "logging_on", "together": True},
        {"names": ["adder"], "do": "run", "together": True},
    ],
)
def test_what_makes_no_sense_together_is_refused(api: Api, body: dict[str, object]) -> None:
    assert api.post("/services/bulk", body).status_code == 422


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"ids": [77], "do": "cancel"}, 404),
        ({"ids": [], "do": "cancel"}, 422),
        ({"ids": [0], "do": "cancel"}, 422),
        ({"ids": [1], "do": "forget"}, 422),
        ({"ids": [1], "do": "hold", "held_reason": "a mood"}, 422),
    ],
)
def test_jobs_that_cannot_be_met_are_told(api: Api, body: dict[str, object], status: int) -> None:
    assert api.post("/jobs/bulk", body).status_code == status


@pytest.mark.parametrize(
    ("body", "part"),
    [
        ({}, "nothing to change"),
        ({"priority": 3}, "name it"),
        ({"kind": "x", "at_once": 3}, "whole queue"),
        ({"kind": "no_such", "parallel": 3}, "no_such"),
    ],
)
def test_limits_that_make_no_sense_are_told(api: Api, body: dict[str, object], part: str) -> None:
    answer = api.patch("/job-limits", body)
    assert answer.status_code in (404, 422)
    assert part in answer.json()["detail"]


def test_limits_are_an_admins(api: Api) -> None:
    api.be("operator")
    assert api.patch("/job-limits", {"at_once": 3}).status_code == 403
    assert api.patch("/job-limits", {"at_once": 3, "automatic": False}).status_code == 403
    api.be("admin")
    assert api.patch("/job-limits", {"at_once": 3}).status_code == 200


def test_an_operator_stops_and_starts_the_whole_queue(api: Api) -> None:
    api.be("viewer")
    assert api.patch("/job-limits", {"automatic": False}).status_code == 403
    api.be("operator")
    assert api.patch("/job-limits", {"automatic": False}).status_code == 200


def test_the_site_says_its_name_zone_clock_and_whether_it_stands_still(api: Api) -> None:
    before = api.get("/site").json()
    assert before.keys() == {"name", "zone", "now", "maintenance", "nodes_up"}
    assert before["maintenance"] is None
    api.post("/maintenance", {"on": True, "reason": "a move"})
    assert api.get("/site").json()["maintenance"]["reason"] == "a move"
