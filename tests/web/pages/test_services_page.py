"""The home page as operators of each role get it."""

from __future__ import annotations

import pytest

from store import change, database
from tests.support.visitors import Application


def test_every_service_that_is_on_has_a_row(application: Application) -> None:
    page = application.signed_in("viewer").get("/").text
    for name in application.site.services:
        assert f'id="row-{name}"' in page


def test_viewers_see_no_buttons_that_they_may_not_press(application: Application) -> None:
    page = application.signed_in("viewer").get("/").text
    assert "Run Cleaner" not in page
    assert 'name="names"' not in page


def test_operators_can_run_from_the_table(application: Application) -> None:
    client = application.signed_in("operator")
    assert 'aria-label="Run Cleaner"' in client.get("/").text
    answer = client.post("/services/backup_manager/run", headers={"hx-request": "true"})
    run_id = database.read().value("SELECT id FROM run WHERE service = 'backup_manager'")
    assert f"Backup Manager: run {run_id} " in answer.text


def test_two_who_press_run_at_once_ask_for_one_run(application: Application) -> None:
    """Both saw the row in the same state; each is told of the run."""
    first, second = application.signed_in("operator"), application.signed_in("admin")
    form = {"seen": "0-0-"}
    said = [
        each.post("/services/backup_manager/run", data=form, headers={"hx-request": "true"}).text
        for each in (first, second)
    ]
    runs = database.read().all("SELECT id FROM run WHERE service = 'backup_manager'")
    assert len(runs) == 1
    assert all(f"run {runs[0][0]}" in text for text in said)
    assert "operator has asked for it" in said[1] or "asked for by operator" in said[1]


def test_a_button_without_script_goes_back_with_a_sentence(application: Application) -> None:
    client = application.signed_in("operator")
    answer = client.post(
        "/services/cleaner/disable", headers={"referer": "http://127.0.0.1:8080/?kind=fixed_time"}
    )
    assert answer.status_code == 303
    assert answer.headers["location"] == "/?kind=fixed_time"
    assert "Cleaner: disabled" in client.get(answer.headers["location"]).text
    assert "Cleaner: disabled" not in client.get("/").text


def test_a_referer_of_another_site_leads_home(application: Application) -> None:
    client = application.signed_in("operator")
    answer = client.post("/services/cleaner/disable", headers={"referer": "http://elsewhere.example/x"})
    assert answer.headers["location"] == "/"


def test_several_at_once_are_asked_for_first(application: Application) -> None:
    client = application.signed_in("operator")
    form = {"do": "disable", "names": ["cleaner", "log_rotator"]}
    asked = client.post("/services/bulk", data=form).text
    assert "Disable 2 services?" in asked
    assert "Log Rotator" in asked
    assert (
        not change.latest(database.read(), 1) or change.latest(database.read(), 1)[0]["action"] != "disable"
    )
    client.post("/services/bulk", data={**form, "confirmed": "yes"})
    off = database.read().all("SELECT name FROM service WHERE NOT enabled ORDER BY name")
    assert {"cleaner", "log_rotator"} <= {row[0] for row in off}


def test_a_refusal_of_one_does_not_stop_the_others(application: Application) -> None:
    client = application.signed_in("operator")
    form = {"do": "logging_on", "names": ["cleaner", "nothing_like_it"], "confirmed": "yes"}
    client.post("/services/bulk", data=form)
    page = client.get("/").text
    assert "1 service: logging on. Refused: " in page


def test_maintenance_is_said_on_every_page(application: Application) -> None:
    client = application.signed_in("admin")
    client.post("/maintenance", data={"on": "yes", "reason": "<b>a move</b>"})
    page = client.get("/").text
    assert "Maintenance mode</strong> since" in page
    assert "&lt;b&gt;a move&lt;/b&gt;. Nothing starts" in page
    seen = application.signed_in("operator").get("/runs").text
    assert "Maintenance mode</strong> since" in seen
    assert 'action="/maintenance"' not in seen
    client.post("/maintenance", data={"on": "no"})
    assert "Maintenance mode</strong> since" not in client.get("/").text


@pytest.mark.parametrize("query", ["?q=%3Cscript%3Ealert(1)%3C/script%3E", "?sort=%22%3E%3Cb%3E"])
def test_what_is_typed_into_the_address_is_only_text(application: Application, query: str) -> None:
    page = application.signed_in("viewer").get(f"/{query}").text
    assert "<script>alert" not in page
    assert '"><b>' not in page


def test_a_search_from_the_page_gets_the_table_and_its_address(application: Application) -> None:
    client = application.signed_in("viewer")
    answer = client.get("/?q=clean&kind=", headers={"hx-request": "true", "hx-target": "div#table"})
    assert answer.headers["hx-replace-url"] == "/?q=clean"
    assert "<html" not in answer.text
    assert 'id="row-cleaner"' in answer.text
    assert 'id="row-log_rotator"' not in answer.text


def test_texts_of_services_are_escaped(application: Application) -> None:
    database.write(
        lambda tx: tx.run("UPDATE service SET last_outcome = '<b>bold</b>' WHERE name = 'cleaner'")
    )
    assert "<b>bold</b>" not in application.signed_in("viewer").get("/").text


def test_services_without_a_schedule_are_folded_until_they_are_looked_for(application: Application) -> None:
    database.write(
        lambda tx: tx.run(
            "UPDATE service SET live = ? WHERE name = 'cleaner'", ('{"rule": {"kind": "on_demand"}}',)
        )
    )
    client = application.signed_in("viewer")
    assert '<details class="on-demand"><summary>1 on-demand' in client.get("/").text
    assert '<details class="on-demand" open>' in client.get("/?q=clean").text
