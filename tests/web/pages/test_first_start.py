"""Is a new site offered something to begin with, until somebody has begun?"""

from __future__ import annotations

from store import database
from store.object import read
from tests.support.object_site import add
from tests.support.rows import run as add_run
from tests.support.visitors import Application

OFFER = "Sample hosting provider"


def offered(application: Application, name: str = "admin") -> bool:
    answer = application.signed_in(name).get("/")
    assert answer.status_code == 200
    return OFFER in answer.text


def asked_by(run_id: int, trigger: str, by: str | None) -> None:
    database.write(
        lambda tx: tx.run("UPDATE run SET trigger = ?, requested_by = ? WHERE id = ?", (trigger, by, run_id))
    )


def test_a_new_site_is_offered_two_samples_and_an_empty_site(application: Application) -> None:
    text = application.signed_in("admin").get("/").text
    assert "Sample voice carrier" in text
    assert text.count('action="/first-start/sample"') == 2
    assert 'action="/first-start/dismiss"' in text


def test_the_sample_is_loaded_with_its_profiles_and_nothing_is_offered_any_more(
    application: Application,
) -> None:
    admin = application.signed_in("admin")
    answer = admin.post("/first-start/sample", data={"name": "hosting"})
    assert answer.headers["location"] == "/"
    said = admin.get("/").text
    assert "the sample hosting is loaded" in said
    assert "helpdesk and monitoring switched on" in said
    assert not offered(application)
    names = [row["name"] for row in read.live(database.read(), "server", sample=True)]
    assert set(names) >= {"page", "this machine"}
    checks = read.live(database.read(), "check", server="page")
    assert {row["port"] or row["target"] for row in checks} == {8080, "http://127.0.0.1:8080/healthz"}


def test_only_an_admin_loads_it_and_only_what_there_is(application: Application) -> None:
    assert application.signed_in("operator").post("/first-start/sample").status_code == 403
    admin = application.signed_in("admin")
    for name in ("vioce", "nothing", ""):
        admin.post("/first-start/sample", data={"name": name})
    assert offered(application)
    assert read.count(database.read(), "organisation") == 0


def test_whoever_may_not_begin_sees_nothing_of_it(application: Application) -> None:
    assert not offered(application, "operator")
    assert application.signed_in("operator").post("/first-start/dismiss").status_code == 403


def test_dismissed_is_dismissed_for_all_and_audited(application: Application) -> None:
    assert application.signed_in("admin").post("/first-start/dismiss").headers["location"] == "/"
    assert not offered(application)
    assert application.audit()[0]["action"] == "sign in"
    assert application.audit()[1]["action"] == "first start"


def test_what_the_site_does_by_itself_is_no_beginning(application: Application) -> None:
    add_run(1, "succeeded", application.clock.now())
    asked_by(1, "schedule", None)
    add_run(2, "succeeded", application.clock.now())
    asked_by(2, "manual", "first start")
    assert offered(application)


def test_a_run_that_somebody_asked_for_is_one(application: Application) -> None:
    add_run(1, "succeeded", application.clock.now())
    asked_by(1, "message", None)
    assert not offered(application)


def test_a_loaded_sample_is_cleared_in_the_settings(application: Application) -> None:
    admin = application.signed_in("admin")
    assert "Clear the sample" not in admin.get("/settings/profiles").text
    admin.post("/first-start/sample", data={"name": "hosting"})
    assert "Clear the sample" in admin.get("/settings/profiles").text
    add(application.site, "contact", organisation="Network Vendor", name="Mine")
    assert admin.post("/settings/sample/clear").headers["location"] == "/settings/profiles"
    said = admin.get("/settings/profiles").text
    assert "kept: organisation Network Vendor (contact Network Vendor/Mine refers to it)" in said
    assert read.count(database.read(), "organisation") == 1
