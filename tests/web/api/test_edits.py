"""Does an edit over HTTP take any mix of fields, say all that is wrong, and never overwrite another?"""

from __future__ import annotations

import json
from typing import Any

import pytest

from store import change, database
from tests.web.api.asking import Api, Scene, api, scene

__all__ = ["api", "scene"]


def entries() -> list[tuple[str, str]]:
    rows = change.latest(database.read())
    return [(row["actor"], row["action"]) for row in reversed(rows)]


def test_any_mix_of_fields_is_one_edit_with_one_entry(api: Api) -> None:
    said = api.edit(
        "talker",
        {
            "kind": "fixed_time",
            "times": ["05:30", "17:30"],
            "zone": "Europe/Paris",
            "weekdays": ["mon"],
            "priority": 2,
            "time_limit": 90,
            "misfire": "skip",
            "retries": 3,
            "logging": True,
            "reason": "a try",
        },
    )
    assert said.status_code == 200, said.text
    row = said.json()
    assert (row["kind"], row["times"], row["zone"]) == ("fixed_time", ["05:30", "17:30"], "Europe/Paris")
    assert (row["weekdays"], row["priority"], row["time_limit"]) == (["mon"], 2, 90.0)
    assert (row["misfire"], row["retries"], row["logging"]) == ("skip", 3, True)
    (entry,) = change.latest(database.read())
    assert (entry["actor"], entry["action"], entry["reason"]) == ("ann", "edit", "a try")
    assert json.loads(entry["before"])["priority"] == 5
    assert json.loads(entry["after"])["priority"] == 2


def test_all_problems_come_at_once_each_at_its_field(api: Api) -> None:
    before = api.get("/services/talker").headers["etag"]
    said = api.edit(
        "talker",
        {"period": 61, "align": 3, "priority": 11, "overlap": "x", "run_groups": [], "prioritty": 1},
    )
    assert said.status_code == 422
    assert said.headers["content-type"] == "application/problem+json"
    problem = said.json()
    assert (problem["code"], problem["type"]) == ("bad_value", "urn:tickworks:problem:bad_value")
    assert set(problem["problems"]) == {"period", "priority", "overlap", "run_groups", "prioritty"}
    assert "did you mean priority?" in problem["problems"]["prioritty"]
    assert api.get("/services/talker").headers["etag"] == before
    assert entries() == []


def test_an_edit_without_a_look_is_refused(api: Api) -> None:
    said = api.patch("/services/talker", {"priority": 1})
    assert (said.status_code, said.json()["code"]) == (428, "precondition_required")


def test_somebody_elses_newer_edit_is_shown_and_not_overwritten(api: Api) -> None:
    tag = api.get("/services/talker").headers["etag"]
    api.be("admin", "bob")
    assert api.patch("/services/talker", {"priority": 1}, if_match=tag).status_code == 200
    api.be("admin", "ann")
    said = api.patch("/services/talker", {"priority": 9}, if_match=tag)
    problem = said.json()
    assert (said.status_code, problem["code"]) == (412, "edited_meanwhile")
    assert (problem["current"]["priority"], problem["changed_by"]) == (1, "bob")
    assert problem["changed_at"] is not None
    assert problem["change"]["after"] == {"priority": 1}
    assert api.get("/services/talker").json()["priority"] == 1
    again = api.patch("/services/talker", {"priority": 9}, if_match=said.headers["etag"])
    assert again.json()["priority"] == 9


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/services/stepper/pause", None),
        ("/services/bulk", {"names": ["stepper"], "do": "logging_on"}),
        ("/services/bulk", {"names": ["stepper"], "do": "disable"}),
    ],
)
def test_pause_and_switches_count_as_edits_too(api: Api, path: str, body: Any) -> None:
    tag = api.get("/services/stepper").headers["etag"]
    assert api.post(path, body).status_code == 200
    assert api.patch("/services/stepper", {"priority": 1}, if_match=tag).status_code == 412


def test_a_task_that_is_switched_off_counts_as_an_edit(api: Api) -> None:
    tag = api.get("/services/stepper").headers["etag"]
    said = api.edit("stepper", {"tasks": {"Shear the sheep": False}})
    assert [task["enabled"] for task in said.json()["tasks"]] == [True, False]
    assert api.patch("/services/stepper", {"priority": 1}, if_match=tag).status_code == 412
    (entry,) = change.latest(database.read())
    assert json.loads(entry["before"]) == {"tasks": {"Shear the sheep": True}}
    back = api.edit("stepper", {"revert": ["tasks"]})
    assert [task["enabled"] for task in back.json()["tasks"]] == [True, True]


def test_one_task_goes_back_to_the_code_alone(api: Api) -> None:
    titles = [task["title"] for task in api.get("/services/stepper").json()["tasks"]]
    api.edit("stepper", {"tasks": dict.fromkeys(titles, False)})
    back = api.edit("stepper", {"revert": [f"tasks.{titles[1]}"]})
    assert [task["enabled"] for task in back.json()["tasks"]] == [False, True]
    (entry, _) = change.latest(database.read())
    assert (entry["action"], json.loads(entry["before"])) == ("revert", {"tasks": {titles[1]: False}})
    tag = api.get("/services/stepper").headers["etag"]
    again = api.edit("stepper", {"revert": [f"tasks.{titles[1]}"]})
    assert (again.status_code, again.headers["etag"]) == (200, tag)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"revert": ["tasks.Shear the shep"]}, "did you mean Shear the sheep?"),
        ({"revert": ["options.nix"]}, "there is no option nix"),
        ({"revert": ["zebras.x"]}, "tasks.NAME"),
        ({"revert": ["tasks.Shear the sheep"], "tasks": {"Shear the sheep": False}}, "changed as well"),
    ],
)
def test_what_cannot_go_back_is_told(api: Api, body: Any, text: str) -> None:
    said = api.edit("stepper", body)
    assert said.status_code == 422
    assert text in said.json()["problems"]["revert"]
    assert entries() == []


def test_a_run_is_no_edit(api: Api, scene: Scene) -> None:
    tag = api.get("/services/talker").headers["etag"]
    run_id = scene.ask("talker")
    scene.claim(run_id)
    scene.end(run_id)
    assert api.get("/services/talker").headers["etag"] == tag


def test_what_is_so_already_changes_nothing(api: Api) -> None:
    tag = api.get("/services/talker").headers["etag"]
    row = api.get("/services/talker").json()
    same = {name: row[name] for name in ("kind", "priority", "parallel", "misfire", "options", "period")}
    said = api.patch("/services/talker", same, if_match=tag)
    assert (said.status_code, said.headers["etag"], said.json()["edited"]) == (200, tag, [])
    assert entries() == []


def test_a_form_that_sends_all_pins_only_what_it_changes(api: Api) -> None:
    assert api.edit("talker", {"priority": 5, "overlap": "queue_one", "retries": 1}).json()["edited"] == [
        "retries"
    ]


def test_operators_switch_and_only_admins_edit_the_rest(api: Api) -> None:
    api.be("operator")
    assert api.edit("talker", {"enabled": False, "logging": True}).json()["status"] == "disabled"
    said = api.edit("talker", {"enabled": True, "priority": 1})
    assert (said.status_code, said.json()["code"]) == (403, "not_allowed")
    assert api.get("/services/talker").json()["status"] == "disabled"
    api.be("viewer")
    assert api.edit("talker", {"enabled": True}).status_code == 403


def test_who_disabled_it_is_told_also_after_an_edit_of_several_fields(api: Api) -> None:
    said = api.edit("talker", {"enabled": False, "priority": 3, "reason": "noise"})
    assert said.json()["status_reason"] == "disabled by ann: noise"


def test_a_daemons_instances_are_edited_and_nobody_elses(api: Api) -> None:
    assert api.edit("watcher", {"instances": "each"}).json()["instances"] == "each"
    said = api.edit("talker", {"instances": "each"})
    assert said.json()["problems"] == {"instances": "only a daemon's can be changed live"}


def test_a_daemon_gets_no_schedule(api: Api) -> None:
    said = api.edit("watcher", {"kind": "periodic", "period": 5})
    assert (said.status_code, said.json()["code"]) == (409, "daemon")


def test_logging_ends_at_the_instant_that_was_given(api: Api, scene: Scene) -> None:
    said = api.edit("talker", {"logging": True, "logging_until": "2100-01-01T00:00:00Z"})
    assert said.json()["logging_until"] == "2100-01-01T00:00:00.000Z"
    for until in ("2001-01-01T00:00:00Z", "soon", "2100-01-01T00:00:00"):
        said = api.edit("talker", {"logging": True, "logging_until": until})
        assert list(said.json()["problems"]) == ["logging_until"], until


@pytest.mark.parametrize("tag", ["7", '"x"', 'W/"', '"1", "2"'])
def test_a_tag_that_is_none_is_said_so(api: Api, tag: str) -> None:
    said = api.patch("/services/talker", {"priority": 1}, if_match=tag)
    assert (said.status_code, said.json()["code"]) == (422, "bad_value")


@pytest.mark.parametrize(
    ("name", "status", "code"), [("nix", 404, "unknown_service"), ("cache_manager", 409, "off")]
)
def test_what_cannot_be_edited_says_why(api: Api, name: str, status: int, code: str) -> None:
    said = api.patch(f"/services/{name}", {"priority": 1}, if_match='"1"')
    assert (said.status_code, said.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    "body",
    [
        {"enabled": "x"}, {"priority": 1e999}, {"time_limit": float("nan")}, {"times": [["x"]]},
        {"times": 5}, {"zone": ["x"]}, {"zone": "\x00"}, {"zone": "../x"}, {"days": [{}]}, {"kind": {}},
        {"options": {"x": 1}}, {"options": []}, {"tasks": {"x": True}}, {"tasks": []}, {"revert": "x"},
        {"revert": [{}]}, {"revert": ["nix"]}, {"retries": 10**30}, {"parallel": True}, {"period": "5"},
        {"reason": "a\nb", "priority": 1}, {"reason": 5}, {"<script>": 1}, {"logging_until": 10**400},
    ],
)  # fmt: skip
def test_no_body_breaks_it(api: Api, body: Any) -> None:
    before = api.get("/services/talker").headers["etag"]
    text = json.dumps(body)
    said = api.client.patch(
        "/api/v1/services/talker",
        content=text,
        headers={"if-match": before, "content-type": "application/json", "sec-fetch-site": "same-origin"},
    )
    assert said.status_code == 422, said.text
    assert api.get("/services/talker").headers["etag"] == before


def test_a_text_that_is_no_unicode_is_refused(api: Api) -> None:
    said = api.client.patch(
        "/api/v1/services/talker",
        content=b'{"reason": "\\ud800", "priority": 1}',
        headers={"if-match": "*", "content-type": "application/json", "sec-fetch-site": "same-origin"},
    )
    assert said.status_code == 422
