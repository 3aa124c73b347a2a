"""Can a program read and work the queue over HTTP?"""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from store import database
from tests.support.visitors import Application
from tests.web.pages.job_scene import add, fail, with_jobs
from web.shown import jobs as shown

__all__ = ["with_jobs"]

JOBS = "/api/v1/jobs"
ORDER: dict[str, Any] = {"kind": "mailbox_create", "organisation": "acme", "args": {"quota": 5}}
sqlite_only = pytest.mark.parametrize("engine_database", ["sqlite"], indirect=True)


def operator(application: Application) -> TestClient:
    return application.program(application.token("operator", "operator"))


def ids(client: TestClient, **params: Any) -> list[int]:
    answer = client.get(JOBS, params=params)
    assert answer.status_code == 200, answer.text
    return [row["id"] for row in answer.json()["jobs"]]


def test_an_order_answers_with_the_job_as_the_command_line_shows_it(with_jobs: Application) -> None:
    said = operator(with_jobs).post(JOBS, json={**ORDER, "object": "box", "priority": 0})
    assert said.status_code == 201
    assert said.json() == shown.one(with_jobs.site, database.read(), said.json()["id"])
    assert (said.json()["object"], said.json()["priority"], said.json()["added_by"]) == ("box", 0, "operator")


@sqlite_only
def test_the_same_key_orders_once(with_jobs: Application) -> None:
    client = operator(with_jobs)
    first, again = (client.post(JOBS, json=ORDER, headers={"idempotency-key": "k"}) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    other = client.post(JOBS, json={**ORDER, "organisation": "b"}, headers={"idempotency-key": "k"})
    assert other.json()["code"] == "key_used"
    assert len(ids(client)) == 1


def test_each_filter_narrows(with_jobs: Application) -> None:
    client = operator(with_jobs)
    box = add(with_jobs, object="Straße_1")
    other = add(with_jobs, organisation="b", key="crm-77")
    gone = add(with_jobs, "mailbox_delete")
    fail(box)
    assert ids(client) == [box, other, gone]
    assert ids(client, organisation="b") == [other]
    assert ids(client, kind="mailbox_delete") == [gone]
    assert ids(client, backend="mail") == [box, other, gone]
    assert ids(client, state="failed") == [box]
    assert ids(client, lane="b/mail") == [other]
    assert ids(client, q="straße_") == [box]
    assert ids(client, q="CRM-7") == [other]
    assert ids(client, q="r%7") == []


def test_pages_give_each_open_and_each_ended_job_once(with_jobs: Application) -> None:
    client = operator(with_jobs)
    made = [add(with_jobs, organisation=f"o{number}") for number in range(5)]
    assert paged(client, limit=2) == made
    for job_id in (made[3], made[0], made[4]):
        client.post(f"{JOBS}/{job_id}/cancel")
        with_jobs.clock.advance(1)
    assert paged(client, limit=2, state="cancelled") == [made[4], made[0], made[3]]
    assert paged(client, limit=2, state=["cancelled", "queued"]) == made[::-1]


def test_a_search_reads_so_many_ended_jobs_at_once_and_goes_on(
    with_jobs: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = operator(with_jobs)
    made = [add(with_jobs, organisation=f"o{number}") for number in range(5)]
    for job_id in made:
        client.post(f"{JOBS}/{job_id}/cancel")
    monkeypatch.setattr("store.job.log.REACH", 2)
    first = client.get(JOBS, params={"state": "cancelled", "organisation": "o0"}).json()
    assert (first["jobs"], bool(first["next"])) == ([], True)
    assert paged(client, state="cancelled", organisation="o0") == [made[0]]


def paged(client: TestClient, **params: Any) -> list[int]:
    found: list[int] = []
    cursor = None
    for _ in range(20):
        answer = client.get(JOBS, params=params | ({"cursor": cursor} if cursor else {})).json()
        found += [row["id"] for row in answer["jobs"]]
        cursor = answer["next"]
        if cursor is None:
            return found
    raise AssertionError("the pages never end")


@sqlite_only
@pytest.mark.parametrize("cursor", ["x", "1_2", "nan_1", "-1", "9" * 40, "1e5_1"])
def test_a_cursor_that_is_none_is_refused(with_jobs: Application, cursor: str) -> None:
    for state in ("queued", "done"):
        said = operator(with_jobs).get(JOBS, params={"cursor": cursor, "state": state})
        good = cursor == "1_2" and state == "done"
        assert said.status_code == 200 if good else said.json()["code"] == "bad_value"


@sqlite_only
def test_each_act_answers_with_the_job_as_it_is_then(with_jobs: Application) -> None:
    client = operator(with_jobs)
    job, deletion, failed = add(with_jobs), add(with_jobs, "mailbox_delete"), add(with_jobs, organisation="c")

    def act(verb: str, job_id: int = job, **body: Any) -> dict[str, Any]:
        answer = client.post(f"{JOBS}/{job_id}/{verb}", json=body)
        assert answer.status_code in (200, 202), answer.text
        found: dict[str, Any] = answer.json()
        return found

    assert act("hold", held_reason="unpaid")["held_reason"] == "unpaid"
    assert act("release")["state"] == "queued"
    assert act("run")["job"]["state"] == "queued"
    controlled = act("control", reason="by phone")
    assert (controlled["state"], controlled["reason"]) == ("controlled", "by phone")
    assert act("reactivate", deletion)["state"] == "cancelled"
    fail(failed)
    assert client.post(f"{JOBS}/retry", json={"kind": "mailbox_create"}).json() == {"jobs": [failed]}
    assert act("cancel", failed)["state"] == "cancelled"
    assert {"job hold", "job release", "job run", "job control"} <= {
        row["action"] for row in with_jobs.audit()
    }


@sqlite_only
def test_what_cannot_be_done_says_why(with_jobs: Application) -> None:
    client = operator(with_jobs)
    job = add(with_jobs)
    for verb, code in (("release", "not_held"), ("reactivate", "no_deletion")):
        said = client.post(f"{JOBS}/{job}/{verb}")
        assert (said.status_code, said.json()["code"]) == (409, code)
    assert client.post(f"{JOBS}/77/run").status_code == client.get(f"{JOBS}/77").status_code == 404


@sqlite_only
def test_the_kinds_are_listed_with_their_open_jobs(with_jobs: Application) -> None:
    add(with_jobs)
    rows = {row["name"]: row for row in operator(with_jobs).get("/api/v1/job-kinds").json()["kinds"]}
    assert rows["mailbox_create"]["jobs"]["queued"] == 1
    assert rows["mailbox_delete"]["deletion"]


@sqlite_only
@pytest.mark.parametrize(
    "body",
    [
        {},
        {**ORDER, "priority": 11},
        {**ORDER, "args": [1]},
        {**ORDER, "kin": 1},
        {**ORDER, "object": "a\x00b"},
    ],
)
def test_what_is_no_order_is_answered_by_a_problem_document(
    with_jobs: Application, body: dict[str, Any]
) -> None:
    said = operator(with_jobs).post(JOBS, json=body)
    assert (said.status_code, said.headers["content-type"]) == (422, "application/problem+json")


@sqlite_only
def test_a_viewer_reads_and_changes_nothing(with_jobs: Application) -> None:
    client = with_jobs.program(with_jobs.token("viewer", "viewer"))
    job = add(with_jobs)
    assert ids(client) == [job]
    assert client.post(JOBS, json=ORDER).status_code == 403
    for verb in ("run", "control", "reactivate", "cancel", "hold", "release"):
        assert client.post(f"{JOBS}/{job}/{verb}").status_code == 403
    assert client.post(f"{JOBS}/retry", json={}).status_code == 403
