"""Is a new site offered something to begin with, until somebody has begun?"""

from __future__ import annotations

from store import database
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


def test_a_new_site_is_offered_samples_that_are_to_come_and_an_empty_site(application: Application) -> None:
    text = application.signed_in("admin").get("/").text
    assert "Sample voice carrier" in text
    assert text.count("disabled>Comes with its services") == 2
    assert 'action="/first-start/dismiss"' in text


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
