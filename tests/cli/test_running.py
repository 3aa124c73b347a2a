"""Do the commands do their work on a site that runs?"""

from __future__ import annotations

import json
import sqlite3
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from tests.cli.conftest import Site
from tests.cli.elsewhere import page_of
from tests.support.until import until

#: Contract §2, word for word; the last of the planned times that one record stands for, and its step.
RUN_FIELDS = {
    *(
        "id",
        "service",
        "trigger",
        "planned_at",
        "planned_until",
        "planned_count",
        "requested_at",
        "granted_at",
        "started_at",
        "ended_at",
        "state",
    ),
    *(
        "outcome",
        "reason",
        "waiting_reason",
        "node",
        "attempt",
        "attempts",
        "fence",
        "merged_into",
        "priority",
    ),
    *("args", "step", "progress", "steps", "error"),
}
ATTEMPT_FIELDS = {"n", "node", "started_at", "ended_at", "end", "error"}
STEP_FIELDS = {"title", "state", "done", "failed", "skipped", "error", "run"}


@pytest.fixture
def held(running: Site) -> Iterator[int]:
    """A run of the holder that runs, and holds the group."""
    run_id = int(running.say("run", "holder").out)
    until(lambda: running.run(run_id)["state"] == "running", "the holder runs")
    yield run_id
    running.say("cancel", str(run_id))
    until(lambda: running.run(run_id)["ended_at"], "the holder has stopped")


def test_others_can_know_where_the_page_is(running: Site) -> None:
    with closing(sqlite3.connect(running.folder / "var" / "tickworks.db")) as db:
        query = "SELECT port FROM process WHERE kind = 'web' AND port IS NOT NULL"
        until(lambda: db.execute(query).fetchone(), "the page has said so")
        (port,) = db.execute(query).fetchone()
    assert page_of(running).endswith(f":{port}")


def test_a_forced_run_answers_with_its_id_and_its_result(running: Site) -> None:
    said = running.say("run", "adder", "--arg", "left=2", "--arg", "right=40", "--wait")
    assert said.code == 0
    assert "succeeded on n1" in said.err
    assert "sum 42" in said.err
    assert running.run(int(said.out))["args"] == {"left": 2, "right": 40}


def test_a_run_that_ends_badly_is_exit_code_1(running: Site) -> None:
    said = running.say("run", "breaker", "--wait")
    assert said.code == 1
    assert "RuntimeError: the disk is on fire" in said.err
    assert "Traceback" not in said.err
    assert running.service("breaker")["consecutive_failures"] >= 1


def test_the_runs_have_exactly_the_fields_of_the_contract(running: Site) -> None:
    running.say("run", "stepper", "--wait")
    rows = running.say("runs", "--json").json["runs"]
    assert all(row.keys() == RUN_FIELDS for row in rows)
    assert all(each.keys() == ATTEMPT_FIELDS for row in rows for each in row["attempts"])
    steps = next(row for row in rows if row["service"] == "stepper")["steps"]
    assert [(step["title"], step["state"], step["done"]) for step in steps] == [
        ("Count the sheep", "done", 2),
        ("Shear the sheep", "done", 2),
    ]
    assert all(step.keys() == STEP_FIELDS for step in steps)


def test_a_single_step_is_run_by_its_title(running: Site) -> None:
    run_id = int(running.say("run", "stepper", "--step", "shear the sheep", "--wait").out)
    assert [step["title"] for step in running.run(run_id)["steps"]] == ["Shear the sheep"]


def test_an_each_service_has_a_run_for_each_node(running: Site) -> None:
    said = running.say("run", "everywhere", "--wait", "--json")
    assert [row["node"] for row in said.json["runs"]] == ["n1"]


def test_a_disabled_service_runs_once_on_demand(running: Site) -> None:
    assert running.say("run", "sleeping").code == 3
    assert running.say("run", "sleeping", "--even-if-disabled", "--wait").code == 0
    assert running.service("sleeping")["status"] == "disabled"


def test_who_waits_for_a_group_says_for_whom(running: Site, held: int) -> None:
    said = running.say("run", "rival")
    sentence = running.run(int(said.out))["waiting_reason"]
    assert sentence.startswith("waits for group disk, held by Holder on n1 for ")
    assert sentence[:40] in said.err
    row = running.service("rival")
    assert row["queued_since"] is not None
    assert row["waiting_reason"].startswith("waits for group disk")
    group = running.say("groups", "--json").json["groups"][0]
    assert (group["name"], group["holder"]["run"], group["services"]) == ("disk", held, ["holder", "rival"])
    assert [each["run"] for each in group["waiting"]] == [int(said.out)]
    assert "held by Holder" in " ".join(running.say("services").out.split())
    running.say("cancel", said.out.strip())


def test_a_second_request_is_merged_and_says_so(running: Site, held: int) -> None:
    first = running.say("run", "rival").out
    said = running.say("run", "rival")
    assert said.out == first
    assert f"merged into run {first.strip()}" in said.err
    running.say("cancel", first.strip())


def test_a_run_that_runs_is_shown_with_its_attempt_and_progress(running: Site, held: int) -> None:
    until(lambda: running.run(held)["progress"], "its progress is written")
    run = running.run(held)
    assert run["progress"] == {"done": 1, "total": 4}
    assert [(each["n"], each["node"], each["end"]) for each in run["attempts"]] == [(1, "n1", None)]
    row = running.service("holder")
    assert row["running"] == 1
    assert row["last_run_at"] == run["started_at"]


def test_a_waiting_run_is_cancelled_at_once_and_a_running_one_stops(running: Site, held: int) -> None:
    waiting = running.say("run", "rival").out.strip()
    assert running.say("cancel", waiting).out == f"run {waiting} of rival is cancelled\n"
    assert running.run(int(waiting))["state"] == "cancelled"
    assert running.say("cancel", waiting).code == 3
    assert running.say("cancel", str(held)).out == f"run {held} of holder is asked to stop\n"
    until(lambda: running.run(held)["state"] == "cancelled", "it has stopped")


def test_preempt_stops_the_holder(running: Site, held: int) -> None:
    assert running.say("run", "rival", "--preempt", "--wait").code == 0
    assert running.run(held)["state"] == "cancelled"


def test_resume_lets_a_waiting_run_start(running: Site) -> None:
    running.say("pause", "talker")
    run_id = int(running.say("run", "talker").out)
    assert running.run(run_id)["state"] == "queued"
    running.say("resume", "talker")
    until(lambda: running.run(run_id)["state"] == "succeeded", "it ran")


@pytest.mark.covers("page", "Enable Logging")
def test_the_log_has_every_line_while_logging_is_on(running: Site) -> None:
    running.say("logging", "on", "talker", "--for", "30m")
    run_id = running.say("run", "talker", "--wait").out.strip()
    running.say("logging", "off", "talker")
    lines = [line["text"] for line in running.say("logs", run_id, "--json").json["lines"]]
    assert lines == ["start: attempt 1 on n1", "counted files=3", "end: done: said it"]
    assert "counted files=3" in (running.folder / "var/log/talker.log").read_text()


def test_the_log_has_start_and_end_while_logging_is_off(running: Site) -> None:
    running.say("run", "adder", "--arg", "left=1", "--wait")
    said = running.say("logs", "adder")
    assert [line.split(None, 3)[3] for line in said.out.splitlines()] == [
        "start: attempt 1 on n1",
        "end: done",
    ]
    assert "tickworks logging on adder" in said.err


def test_following_a_log_ends_with_the_run(running: Site) -> None:
    run_id = running.say("run", "breaker").out.strip()
    said = running.say("logs", run_id, "-f")
    assert said.code == 0
    assert "RuntimeError: the disk is on fire" in said.out
    assert "end: " in said.out.splitlines()[-1]


def test_runs_are_filtered(running: Site) -> None:
    running.say("run", "breaker", "--wait")
    said = running.say(
        "runs", "--service", "Breaker", "--state", "failed,lost", "--since", "1h", "--limit", "1"
    )
    assert said.out.count("breaker") == 1
    assert running.say("runs", "--service", "breaker", "--state", "succeeded", "--json").json == {"runs": []}


def test_top_prints_once_where_there_is_no_terminal(running: Site) -> None:
    said = running.say("top")
    assert said.code == 0
    assert "1 node up" in said.out
    assert "Adder" in said.out


def test_the_site_is_healthy(running: Site) -> None:
    until(lambda: running.say("health").code == 0, "the beat has ticked")
    node = running.say("nodes", "--json").json["nodes"][0]
    assert (node["name"], node["state"], node["slots"]) == ("n1", "up", 4)
    kinds = sorted(each["kind"] for each in node["processes"])
    until(lambda: len(running.say("nodes", "--json").json["nodes"][0]["processes"]) == 5, "all have joined")
    assert set(kinds) <= {"beat", "system", "web", "worker"}


def get(site: Site, path: str, token: str = "") -> tuple[int, Any]:
    address = next(word for word in site.said().split() if word.startswith("http://"))
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        asked = urllib.request.Request(address + path, headers=headers)
        with urllib.request.urlopen(asked, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_health_is_open_and_all_else_asks_who_comes(running: Site) -> None:
    assert get(running, "/healthz") == (200, '{"status":"ok"}')
    until(lambda: get(running, "/readyz")[0] == 200, "it is ready")
    assert get(running, "/api/v1/services")[0] == 401
    status, page = get(running, "/")
    assert (status, "Sign in" in page, "Adder" in page) == (200, True, False)


def test_the_page_lists_the_services_and_the_api_the_same_objects(running: Site) -> None:
    token = running.say("token", "add", "a test", "--user", "admin").out.strip()
    status, page = get(running, "/", token)
    assert status == 200
    assert "Adder" in page
    told = json.loads(get(running, "/api/v1/services", token)[1])["services"]
    shown = running.say("services", "--json").json["services"]
    assert [row.keys() for row in told] == [row.keys() for row in shown]
    assert json.loads(get(running, "/api/v1/runs?limit=1", token)[1])["runs"][0].keys() == RUN_FIELDS
    assert get(running, "/api/v1/nothing", token)[0] == 404


def test_a_second_up_on_the_same_port_says_so_and_ends(running: Site) -> None:
    port = running.said().split("http://127.0.0.1:")[1].split()[0]
    said = running.say("up", "--port", port)
    assert said.code == 2
    assert f"port {port} on 127.0.0.1 is in use" in said.err
