"""Do operators see why each job waits, and can they work the queue from the page?"""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient

from store import database
from tests.support.visitors import Application
from tests.web.pages.job_scene import add, fail, with_jobs
from web.shown import job_settings, jobs

__all__ = ["with_jobs"]

EVIL = '<script>alert("x")</script>'
sqlite_only = pytest.mark.parametrize("engine_database", ["sqlite"], indirect=True)


def listed(client: TestClient, query: str = "") -> list[int]:
    """The ids of the rows, in their order."""
    answer = client.get(f"/jobs{query}")
    assert answer.status_code == 200, answer.text
    return [int(found) for found in re.findall(r'<tr id="job-([0-9]+)"', answer.text)]


def state(application: Application, job_id: int) -> str:
    row = jobs.one(application.site, database.read(), job_id)
    assert row is not None
    return str(row["state"])


def test_the_queue_says_why_each_job_waits(with_jobs: Application) -> None:
    first = add(with_jobs, object="box")
    second = add(with_jobs, object="box")
    page = with_jobs.signed_in("viewer").get("/jobs").text
    assert f"waits for job {first} of the same object, which is queued" in page
    assert f'href="/jobs/{second}"' in page


def test_filters_narrow_and_ended_jobs_are_in_the_log(with_jobs: Application) -> None:
    client = with_jobs.signed_in("operator")
    one, two, gone = (
        add(with_jobs, object="Box_1"),
        add(with_jobs, organisation="b"),
        add(with_jobs, key="k9"),
    )
    client.post(f"/jobs/{gone}/cancel")
    fail(two)
    assert listed(client) == [one, two]
    assert listed(client, "?tab=log") == [gone]
    assert listed(client, "?organisation=b") == [two]
    assert listed(client, "?state=failed") == [two]
    assert listed(client, "?q=box_") == [one]
    assert listed(client, "?tab=log&q=K9&state=cancelled") == [gone]
    assert listed(client, "?kind=mailbox_delete") == listed(client, "?backend=other") == []
    assert listed(client, "?state=nothing&cursor=%01x&q=%01") == [one, two]


@sqlite_only
def test_a_long_queue_comes_in_pages(with_jobs: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.pages.jobs.ROWS", 2)
    client = with_jobs.signed_in("viewer")
    made = [add(with_jobs, organisation=f"o{number}") for number in range(3)]
    assert listed(client) == made[:2]
    assert listed(client, f"?cursor={made[1]}") == made[2:]


@sqlite_only
def test_html_in_any_text_of_a_job_comes_out_as_text(with_jobs: Application) -> None:
    client = with_jobs.signed_in("operator")
    job = add(with_jobs, organisation=EVIL, object=EVIL, key=EVIL)
    fail(job, error=EVIL)
    ended = add(with_jobs, organisation=EVIL, object=EVIL + "2")
    client.post(f"/jobs/{ended}/cancel", data={"reason": EVIL})
    failed = add(with_jobs, organisation="quiet")
    for path in ("/jobs", "/jobs?tab=log", f"/jobs/{job}", f"/jobs/{ended}", "/jobs?q=<script>alert(1)"):
        assert "<script>alert" not in client.get(path).text, path
        assert path.startswith("/jobs?q") or "&lt;script&gt;" in client.get(path).text, path
    asked = client.post(
        "/jobs/bulk", data={"do": "cancel", "names": [job, failed]}, headers={"hx-request": "1"}
    )
    assert "<script>" not in asked.text
    assert "&lt;script&gt;" in asked.text


@sqlite_only
def test_every_button_of_a_job_does_what_it_says(with_jobs: Application) -> None:
    client = with_jobs.signed_in("operator")
    job, deletion = add(with_jobs), add(with_jobs, "mailbox_delete")
    for verb, then in (("hold", "held"), ("release", "queued"), ("run", "queued"), ("control", "controlled")):
        assert f'formaction="/jobs/{job}/{verb}"' in client.get(f"/jobs/{job}").text
        assert client.post(f"/jobs/{job}/{verb}").status_code == 303
        assert state(with_jobs, job) == then
    assert f'formaction="/jobs/{deletion}/reactivate"' in client.get("/jobs").text
    client.post(f"/jobs/{deletion}/reactivate")
    assert state(with_jobs, deletion) == "cancelled"


@sqlite_only
def test_a_refused_act_says_why_and_what_to_do(with_jobs: Application) -> None:
    client = with_jobs.signed_in("operator")
    said = client.post(f"/jobs/{add(with_jobs)}/release", headers={"hx-request": "true"})
    assert (said.status_code, "is not held: it is queued" in said.text) == (409, True)
    assert "expected one of run" in client.post("/jobs/1/x", headers={"hx-request": "true"}).text


@sqlite_only
def test_several_jobs_are_asked_for_first_and_then_all_met(with_jobs: Application) -> None:
    client = with_jobs.signed_in("operator")
    made = [add(with_jobs, organisation=f"o{number}") for number in range(3)]
    asked = client.post("/jobs/bulk", data={"do": "hold", "names": made}, headers={"hx-request": "true"})
    assert "Hold: 3 jobs?" in asked.text
    assert {state(with_jobs, job) for job in made} == {"queued"}
    client.post("/jobs/bulk", data={"do": "hold", "names": made, "confirmed": "yes"})
    assert {state(with_jobs, job) for job in made} == {"held"}


@sqlite_only
def test_failed_jobs_of_a_kind_are_tried_again_after_a_question(with_jobs: Application) -> None:
    client = with_jobs.signed_in("operator")
    create, delete = add(with_jobs), add(with_jobs, "mailbox_delete")
    fail(create, delete)
    question = client.get("/jobs/retry").text
    assert "all: 2 jobs" in question
    assert "Create a mailbox: 1 job" in question
    client.post("/jobs/retry", data={"kind": "mailbox_create"})
    assert (state(with_jobs, create), state(with_jobs, delete)) == ("queued", "failed")


@sqlite_only
def test_jobs_that_are_not_processed_automatically_say_so(with_jobs: Application) -> None:
    client = with_jobs.signed_in("operator")
    add(with_jobs)
    client.post("/jobs/automatic", data={"on": "no"})
    page = client.get("/jobs").text
    assert "<strong>Jobs are not processed automatically</strong>" in page
    assert "jobs are not processed automatically now" in page
    client.post("/jobs/automatic", data={"on": "yes"})
    assert "<strong>Jobs are not processed" not in client.get("/jobs").text


@sqlite_only
def test_a_viewer_sees_no_button_that_is_refused(with_jobs: Application) -> None:
    client = with_jobs.signed_in("viewer")
    job = add(with_jobs)
    for path in ("/jobs", f"/jobs/{job}"):
        text = client.get(path).text
        assert "formaction" not in text
        assert 'name="names"' not in text
    assert client.post(f"/jobs/{job}/cancel").status_code == 403
    assert client.get("/jobs/settings").status_code == 403


@sqlite_only
def test_what_is_no_job_is_answered_by_a_page(with_jobs: Application) -> None:
    client = with_jobs.signed_in("viewer")
    for path, status in (("/jobs/77", 404), ("/jobs/x", 422), (f"/jobs/{10**30}", 422)):
        answer = client.get(path, headers={"accept": "text/html"})
        assert (answer.status_code, "<h1" in answer.text) == (status, True), path


def form(application: Application, **more: str) -> dict[str, str | list[str]]:
    settings = job_settings.in_force(application.site, database.read())
    sent: dict[str, str | list[str]] = {
        "version": settings["version"],
        "at_once": str(settings["at_once"]),
        "automatic": "yes",
        "kind": [row["name"] for row in settings["kinds"]],
    }
    for row in settings["kinds"]:
        sent |= {
            f"priority {row['name']}": str(row["priority"]),
            f"parallel {row['name']}": str(row["parallel"]),
            f"automatic {row['name']}": "yes",
        }
    return sent | more


@pytest.mark.covers("page", "Threads at once")
def test_group_job_settings_are_in_force_and_in_the_audit(with_jobs: Application) -> None:
    client = with_jobs.signed_in("admin")
    sent = form(with_jobs, at_once="7", **{"priority mailbox_create": "0"})
    del sent["automatic mailbox_delete"]
    assert client.post("/jobs/settings", data=sent).status_code == 303
    settings = job_settings.in_force(with_jobs.site, database.read())
    rows = {row["name"]: row for row in settings["kinds"]}
    assert (settings["at_once"], rows["mailbox_create"]["priority"]) == (7, 0)
    assert (rows["mailbox_delete"]["automatic"], rows["mailbox_create"]["automatic"]) == (False, True)
    told = [(row["action"], row["object"]) for row in with_jobs.audit()[:3]]
    assert set(told) == {
        ("job limits", "job queue"),
        ("job limits", "job kind mailbox_create"),
        ("job limits", "job kind mailbox_delete"),
    }
    assert "code: 5" in client.get("/jobs/settings").text


@sqlite_only
def test_a_newer_edit_of_the_settings_is_never_overwritten(with_jobs: Application) -> None:
    client = with_jobs.signed_in("admin")
    mine = form(with_jobs, at_once="7")
    client.post("/jobs/settings", data=form(with_jobs, at_once="9"))
    said = client.post("/jobs/settings", data=mine, headers={"hx-request": "true"})
    assert "somebody else has changed these settings" in said.text
    assert job_settings.in_force(with_jobs.site, database.read())["at_once"] == 9


@sqlite_only
@pytest.mark.parametrize("wrong", ["11", "-1", "x", "", "1.5", "9" * 30])
def test_a_priority_that_is_none_is_refused(with_jobs: Application, wrong: str) -> None:
    sent = form(with_jobs, at_once="7", **{"priority mailbox_create": wrong})
    said = with_jobs.signed_in("admin").post("/jobs/settings", data=sent, headers={"hx-request": "true"})
    assert (said.status_code, "priority" in said.text) == (409, True)
    assert job_settings.in_force(with_jobs.site, database.read())["at_once"] == 20
