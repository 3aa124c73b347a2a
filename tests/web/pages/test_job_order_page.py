"""Can a person order a job from the page, and is told at the field what is wrong?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from store import database
from tests.support.visitors import FILE, Application, running_application
from tests.web.pages.job_scene import with_jobs
from web.acts.objects import Objects
from web.shown import jobs

__all__ = ["with_jobs"]

HOSTING = FILE.replace("profiles = []", 'profiles = ["hosting"]')


@pytest.fixture
def hosting(tmp_path: Path, engine_database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Application]:
    """A site whose profile declares kinds of jobs, with a directory of the organisation Acme."""
    from domain.objects.catalogue import find

    monkeypatch.chdir(tmp_path)
    for application in running_application(tmp_path, monkeypatch, HOSTING):
        objects = Objects(application.site, by="ann")
        objects.add(find("organisation"), {"name": "Acme"})
        objects.add(find("directory"), {"name": "corp", "host": "dc.example.org", "username": "reader"})
        unit = {"name": "Acme users", "directory": "corp", "dn": "OU=Acme,DC=x", "organisation": "Acme"}
        objects.add(find("directory_unit"), unit)
        yield application


def filled(page: TestClient, kind: str, **values: str) -> tuple[int, str]:
    """Send the form of a kind as it comes, with these values; status and page."""
    form = page.get(f"/jobs/new/{kind}").text
    fields = dict(re.findall(r'<input[^>]* name="([\w.]+)"[^>]* value="([^"]*)"', form))
    ticked = re.findall(r'type="checkbox"[^>]* name="(\w+)"[^>]*? checked', form)
    chosen = dict(re.findall(r'<select [^>]*name="(\w+)".*?<option value="(\w*)" selected', form, re.DOTALL))
    switches = set(re.findall(r'type="checkbox"[^>]* name="(\w+)"', form))
    fields = {name: value for name, value in fields.items() if name not in switches}
    data = {**fields, **chosen, **dict.fromkeys(ticked, "yes"), **values}
    answer = page.post(f"/jobs/new/{kind}", data=data)
    return answer.status_code, unescape(answer.text) if answer.status_code != 303 else answer.headers[
        "location"
    ]


def test_a_job_is_ordered_by_its_form(hosting: Application) -> None:
    page = hosting.signed_in("operator")
    assert 'href="/jobs/new"' in page.get("/jobs").text
    assert 'href="/jobs/new/ad_user_create"' in page.get("/jobs/new").text
    own = {
        "job.organisation": "Acme",
        "job.object": "anna.smith",
        "given_name": "Anna",
        "password": "Good-Word-1",
    }
    status, where = filled(page, "ad_user_create", **own)
    assert status == 303, where
    (row,) = jobs.listing(hosting.site, database.read())
    assert where == f"/jobs/{row['id']}"
    assert (row["organisation"], row["object"], row["state"]) == ("Acme", "anna.smith", "held")
    assert row["args"] | {"given_name": "Anna", "must_change": True, "unit": "OU=Acme,DC=x"} == row["args"]
    assert "Good-Word-1" not in page.get(where).text


def test_what_is_wrong_stands_at_its_field_and_the_rest_stays(hosting: Application) -> None:
    page = hosting.signed_in("operator")
    own = {"job.organisation": "Acme", "job.object": "anna", "principal": "no name", "given_name": "Anna"}
    status, text = filled(page, "ad_user_create", **own)
    assert status == 422
    assert re.search(r'id="problem-principal">[^<]*is no sign-in name', text)
    assert 'value="Anna"' in text
    status, text = filled(page, "ad_user_create", **{"job.organisation": "Other", "job.object": "anna"})
    assert re.search(r'id="problem-organisation">Other has no unit in any active directory', text)
    status, text = filled(page, "ad_user_create", **{"job.organisation": "Acme", "job.object": "a" * 21})
    assert "an account name has at most 20" in text
    status, text = filled(page, "ad_user_password", **{"job.organisation": "Acme", "job.object": "anna"})
    assert re.search(r'id="problem-password">|password is required', text)
    assert jobs.listing(hosting.site, database.read()) == []


def test_a_viewer_cannot_order(with_jobs: Application) -> None:
    page = with_jobs.signed_in("viewer")
    assert 'href="/jobs/new"' not in page.get("/jobs").text
    assert page.get("/jobs/new").status_code == 403
    assert (
        page.post("/jobs/new/mailbox_create", data={"job.organisation": "a", "quota": "1"}).status_code == 403
    )


def test_a_kind_of_the_sites_own_has_a_form_too(with_jobs: Application) -> None:
    page = with_jobs.signed_in("operator")
    own = {"job.organisation": "acme", "job.object": "box", "quota": "7", "aliases": "a, b"}
    status, _ = filled(page, "mailbox_create", **own)
    assert status == 303
    (row,) = jobs.listing(with_jobs.site, database.read())
    assert row["args"] == {"quota": 7, "aliases": ["a", "b"]}


def test_a_kind_that_there_is_not_is_told(with_jobs: Application) -> None:
    answer = with_jobs.signed_in("operator").get("/jobs/new/mailbox_creat")
    assert answer.status_code == 404
    assert "did you mean mailbox_create" in answer.text
