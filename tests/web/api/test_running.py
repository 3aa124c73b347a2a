"""Are runs forced, listed in pages, followed by their logs and cancelled over HTTP?"""

from __future__ import annotations

import json
from typing import Any

import pytest

from broker import callers
from store import database
from store.run import log
from tests.web.api.asking import Api, Scene, api, scene

__all__ = ["api", "scene"]


def test_a_forced_run_is_accepted_and_shown(api: Api) -> None:
    said = api.post("/services/adder/runs", {"args": {"left": "2"}, "reason": "a try"})
    assert said.status_code == 202, said.text
    (run,) = said.json()["runs"]
    assert (run["service"], run["trigger"], run["args"]) == ("adder", "api", {"left": 2, "right": 1})
    assert (run["requested_by"], said.json()["merged"]) == ("ann", False)
    assert api.get(f"/runs/{run['id']}").json()["id"] == run["id"]


def test_the_callers_trace_and_the_runs_are_linked(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Any] = []
    monkeypatch.setattr(
        callers, "link", lambda traceparent, run_ids, **_: told.append((traceparent, run_ids))
    )
    (run,) = api.post("/services/adder/runs", {"args": {"left": "2"}}, traceparent="00-1-2-01").json()["runs"]
    assert told == [("00-1-2-01", (run["id"],))]


def test_the_same_key_and_body_get_the_same_answer(api: Api, scene: Scene) -> None:
    scene.ask("holder")
    first = api.post("/services/rival/runs", {"reason": "x"}, idempotency_key="k")
    again = api.post("/services/rival/runs", {"reason": "x"}, idempotency_key="k")
    other = api.post("/services/rival/runs", {"reason": "y"}, idempotency_key="k")
    assert first.json() == again.json()
    assert (first.json()["merged"], again.status_code) == (False, 202)
    assert (other.status_code, other.json()["code"]) == (422, "key_used")


def test_a_request_that_joins_one_that_waits_says_so(api: Api, scene: Scene) -> None:
    scene.ask("holder")
    first = api.post("/services/rival/runs").json()
    second = api.post("/services/rival/runs").json()
    assert (second["merged"], second["runs"][0]["id"]) == (True, first["runs"][0]["id"])


@pytest.mark.parametrize(
    ("name", "body", "status", "code"),
    [
        ("nix", {}, 404, "unknown_service"),
        ("watcher", {}, 409, "daemon"),
        ("sleeping", {}, 409, "disabled"),
        ("needy", {}, 409, "not_configured"),
        ("adder", {"args": {"left": "x"}}, 422, "bad_argument"),
        ("adder", {"args": {}}, 422, "bad_argument"),
        ("talker", {"step": 3}, 422, "unknown_step"),
        ("talker", {"node": "nix"}, 404, "unknown_node"),
        ("talker", {"args": {"a": float("nan")}}, 422, "bad_request"),
        ("talker", {"nix": 1}, 422, "bad_request"),
    ],
)
def test_what_cannot_run_says_why(api: Api, name: str, body: Any, status: int, code: str) -> None:
    said = api.client.post(
        f"/api/v1/services/{name}/runs",
        content=json.dumps(body),
        headers={"content-type": "application/json", "sec-fetch-site": "same-origin"},
    )
    assert (said.status_code, said.json()["code"]) == (status, code), said.text
    assert api.get("/runs").json()["runs"] == []


def test_only_admins_preempt(api: Api) -> None:
    api.be("operator")
    assert api.post("/services/talker/runs", {"preempt": True}).status_code == 403
    assert api.post("/services/talker/runs").status_code == 202


def test_runs_come_in_pages_the_newest_first(api: Api, scene: Scene) -> None:
    ids = [scene.ask("adder", args={"left": number}) for number in range(5)]
    seen: list[int] = []
    cursor = None
    while True:
        page = api.get("/runs", params={"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        seen += [row["id"] for row in page["runs"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == ids[::-1]


def test_runs_are_filtered(api: Api, scene: Scene) -> None:
    done = scene.ask("talker")
    scene.claim(done)
    scene.end(done, outcome="done")
    scene.clock.advance(3600)
    late = scene.ask("adder", args={"left": 1})
    moment = api.get(f"/runs/{late}").json()["requested_at"]

    def found(**params: Any) -> list[int]:
        return [row["id"] for row in api.get("/runs", params=params).json()["runs"]]

    assert found(service="Talker") == [done]
    assert found(state=["succeeded", "failed"]) == [done]
    assert found(outcome="done") == [done]
    assert found(trigger="manual") == [late, done]
    assert found(since=moment) == [late]
    assert found(until=moment) == [done]
    assert found(node="n1", state="succeeded") == [done]


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({"service": "nix"}, 404), ({"node": "nix"}, 404), ({"state": "done"}, 422),
        ({"trigger": "x"}, 422), ({"since": "soon"}, 422), ({"cursor": "x"}, 422), ({"cursor": 0}, 422),
        ({"limit": 0}, 422), ({"limit": 10**9}, 422), ({"node": "\x00"}, 422),
    ],
)  # fmt: skip
def test_a_wrong_filter_is_told(api: Api, params: Any, status: int) -> None:
    assert api.get("/runs", params=params).status_code == status


def test_a_log_is_followed_page_by_page_without_a_gap_or_a_double(api: Api, scene: Scene) -> None:
    run_id = scene.ask("talker")
    scene.claim(run_id)
    at = scene.clock.now()
    lines = [(run_id, n, at + n, "info", f"line {n}") for n in range(1, 6)]
    database.write(lambda tx: log.write(tx, lines[:3]))
    texts: list[str] = []
    cursor: dict[str, str] = {}

    def read() -> bool:
        page = api.get(f"/runs/{run_id}/log", params={"limit": 2, **cursor}).json()
        texts.extend(line["text"] for line in page["lines"])
        cursor["cursor"] = page["next"]
        return bool(page["complete"])

    assert [read() for _ in range(3)] == [False] * 3
    database.write(lambda tx: log.write(tx, lines[3:]))
    scene.clock.advance(10)
    scene.end(run_id, outcome="done")
    while not read():
        pass
    assert read()
    assert texts == ["start: attempt 1 on n1", *(line[4] for line in lines), "end: done"]


def test_a_log_is_searched_and_downloaded(api: Api, scene: Scene) -> None:
    run_id = scene.ask("talker")
    scene.claim(run_id)
    at = scene.clock.now()
    lines = [(run_id, 1, at, "info", "all well"), (run_id, 2, at, "warning", "Disk <b>full</b>")]
    database.write(lambda tx: log.write(tx, lines))

    def found(**params: Any) -> list[str]:
        page = api.get(f"/runs/{run_id}/log", params=params).json()
        return [line["text"] for line in page["lines"]]

    assert found(level="warning") == ["Disk <b>full</b>"]
    assert found(text="DISK") == ["Disk <b>full</b>"]
    said = api.get(f"/runs/{run_id}/log?download=1")
    assert said.headers["content-type"].startswith("text/plain")
    assert said.headers["content-disposition"] == f'attachment; filename="run-{run_id}.log"'
    assert said.text.splitlines()[2].endswith("warning Disk <b>full</b>")


@pytest.mark.parametrize("path", ["/runs/99", "/runs/99/log", "/runs/99/log?download=1"])
def test_a_run_that_is_not_there_is_a_404(api: Api, path: str) -> None:
    said = api.get(path)
    assert (said.status_code, said.json()["code"]) == (404, "unknown_run")


@pytest.mark.parametrize("cursor", ["x", "1", "1.x", "-1.1", "1.1.1", "9" * 30 + ".1"])
def test_a_wrong_log_cursor_is_told(api: Api, scene: Scene, cursor: str) -> None:
    run_id = scene.ask("talker")
    said = api.get(f"/runs/{run_id}/log", params={"cursor": cursor})
    assert (said.status_code, said.json()["code"]) == (422, "bad_value")


def test_a_run_that_waits_is_cancelled_at_once_and_only_once(api: Api, scene: Scene) -> None:
    scene.ask("holder")
    waits = scene.ask("rival")
    assert api.post(f"/runs/{waits}/cancel", {"reason": "x"}).json()["ended"] is True
    again = api.post(f"/runs/{waits}/cancel")
    assert (again.status_code, again.json()["code"]) == (409, "ended")


def test_several_are_switched_each_by_itself(api: Api) -> None:
    body = {"names": ["talker", "nix", "watcher", "talker"], "do": "run", "reason": "all"}
    results = api.post("/services/bulk", body).json()["results"]
    assert [(row["name"], row["changed"], row.get("code")) for row in results] == [
        ("talker", True, None),
        ("nix", False, "unknown_service"),
        ("watcher", False, "daemon"),
    ]


def test_maintenance_takes_an_admin(api: Api) -> None:
    api.be("operator")
    assert api.post("/maintenance", {"on": True}).status_code == 403
    api.be("admin")
    assert api.post("/maintenance", {"on": True}).json() == {"maintenance": True, "changed": True}
    assert api.post("/maintenance", {"on": True}).json()["changed"] is False


def test_a_service_is_paused_until_an_instant_and_resumed(api: Api) -> None:
    said = api.post("/services/talker/pause", {"until": "2100-01-01T00:00:00+01:00", "reason": "works"})
    assert said.json() == {"name": "talker", "changed": True}
    row = api.get("/services/talker").json()
    assert (row["paused"], row["paused_until"]) == (True, "2099-12-31T23:00:00.000Z")
    assert api.post("/services/talker/resume").json()["changed"] is True
    assert api.post("/services/talker/pause", {"until": "2001-01-01T00:00:00Z"}).status_code == 422


def test_the_listing_keeps_its_shape_and_goes_in_pages_when_asked(api: Api) -> None:
    whole = [row["name"] for row in api.get("/services").json()["services"]]
    first = api.get("/services", params={"limit": 50}).json()
    rest = api.get("/services", params={"cursor": first["next"]}).json()
    assert [row["name"] for row in first["services"] + rest["services"]] == whole
    assert api.get("/services", params={"cursor": "nix"}).status_code == 422
