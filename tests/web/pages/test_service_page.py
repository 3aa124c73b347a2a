"""The page of a service: its tabs, each at its own address."""

from __future__ import annotations

import re

import pytest

from store import database
from tests.support import rows
from tests.support.visitors import Application
from web.acts.edit_service import edit
from web.pages import service as page
from web.pages.service_rows import SECTIONS

TABS = [f"/{end}" if end else "" for end in page.TABS]


def run(application: Application, number: int = 1, state: str = "failed", **values: object) -> None:
    now = application.clock.now()
    times = {"requested_at": now - 3600, "queued_at": now - 3600, "started_at": now - 3590}
    rows.run(number, state, now - 3500, "cleaner", **{**times, "node": "n1", "attempt": 1, **values})


@pytest.mark.parametrize("tab", TABS)
def test_each_tab_is_a_page_of_its_own(application: Application, tab: str) -> None:
    run(application)
    text = application.signed_in("viewer").get(f"/services/cleaner{tab}").text
    assert "<h1>Cleaner</h1>" in text
    assert f'href="/services/cleaner{tab}" aria-current="page"' in text
    assert text.count('id="service-head"') == 1


@pytest.mark.parametrize("tab", TABS)
def test_a_tab_of_a_service_that_never_ran_or_does_not_exist(application: Application, tab: str) -> None:
    client = application.signed_in("viewer")
    assert client.get(f"/services/log_rotator{tab}").status_code == 200
    unknown = client.get(f"/services/no_such%3Cb%3E{tab}", headers={"accept": "text/html"})
    assert unknown.status_code == 404
    assert "<b>" not in unknown.text


def test_every_kind_and_status_has_a_page(application: Application) -> None:
    client = application.signed_in("operator")
    names = {row["kind"]: row["name"] for row in client.get("/api/v1/services").json()["services"]}
    states = {row["status"]: row["name"] for row in client.get("/api/v1/services").json()["services"]}
    assert set(names) == set(SECTIONS)
    for name in {*names.values(), *states.values()}:
        assert client.get(f"/services/{name}").status_code == 200, name
        assert client.get(f"/services/{name}/configuration").status_code == 200, name


def test_viewers_see_no_buttons_that_they_may_not_press(application: Application) -> None:
    text = application.signed_in("viewer").get("/services/cleaner").text
    assert "formaction" not in text
    assert "/services/cleaner/edit" not in text
    text = application.signed_in("operator").get("/services/cleaner").text
    for end in ("run", "disable", "pause"):
        assert f'formaction="/services/cleaner/{end}"' in text


def test_run_pressed_here_and_in_the_table_asks_for_one_run(application: Application) -> None:
    """Both pages show the service in the same state."""
    client = application.signed_in("operator")
    table, own = client.get("/").text, client.get("/services/backup_manager").text
    button = 'formaction="/services/backup_manager/run"'
    seen = [text[text.index(button) :].split('value="')[1].split('"')[0] for text in (table, own)]
    assert seen[0] == seen[1]


def test_the_timeline_stands_in_a_table_too_and_texts_are_escaped(application: Application) -> None:
    run(application, reason="<b>why</b>")
    text = application.signed_in("viewer").get("/services/cleaner").text
    assert '<svg class="chart timeline"' in text
    assert '<a href="/runs/1">1</a>' in text
    assert "<b>why" not in text


def test_the_timeline_is_drawn_anew_when_something_happened(application: Application) -> None:
    client = application.signed_in("viewer")
    assert "/runs/1" not in client.get("/services/cleaner").text
    run(application)
    assert "/runs/1" in client.get("/services/cleaner").text
    database.write(lambda tx: tx.run("DELETE FROM run"))


def test_the_runs_tab_has_only_its_own_runs_and_keeps_its_address(application: Application) -> None:
    run(application)
    rows.run(2, "failed", application.clock.now(), "log_rotator")
    client = application.signed_in("viewer")
    answer = client.get(
        "/services/cleaner/runs?state=failed&service=log_rotator",
        headers={"hx-request": "true", "hx-target": "div#table"},
    )
    assert '"/runs/1"' in answer.text
    assert '"/runs/2"' not in answer.text


def test_the_charts_have_their_numbers_as_a_table(application: Application) -> None:
    run(application, state="succeeded")
    text = application.signed_in("viewer").get("/services/cleaner/charts?days=1").text
    assert 'data-charts="/api/v1/services/cleaner/durations?days=1"' in text
    assert '<td data-label="Duration p50" class="number">90.00</td>' in text
    assert '<td data-label="Queue time p95" class="number">10.00</td>' in text


def test_the_configuration_says_where_each_value_comes_from_and_takes_an_edit_back(
    application: Application,
) -> None:
    edit(application.site, "cleaner", {"priority": 2}, by="<i>berta</i>")
    admin, operator = application.signed_in("admin"), application.signed_in("operator")
    text = admin.get("/services/cleaner/configuration").text
    assert "by &lt;i&gt;berta&lt;/i&gt;" in text
    assert text.count(">live</span>") == 1
    assert 'name="key" value="priority"' in text
    assert re.search(r'<th scope="row">Option: \w', text)
    assert 'name="key"' not in operator.get("/services/cleaner/configuration").text
    form = {"key": "priority"}
    assert operator.post("/services/cleaner/configuration/revert", data=form).status_code == 403
    answer = admin.post("/services/cleaner/configuration/revert", data=form)
    assert answer.headers["location"] == "/services/cleaner/configuration"
    after = admin.get("/services/cleaner/configuration").text
    assert "priority is as the file or the code says" in after
    assert 'name="key"' not in after


def test_a_name_that_cannot_be_reverted_is_refused(application: Application) -> None:
    client = application.signed_in("admin")
    answer = client.post("/services/cleaner/configuration/revert", data={"key": "roles"})
    assert "Refused" not in answer.text
    assert "expected" in client.get("/services/cleaner").text


def test_the_audit_is_that_of_this_service_only(application: Application) -> None:
    edit(application.site, "cleaner", {"priority": 2}, by="berta", reason="<b>because</b>")
    edit(application.site, "log_rotator", {"priority": 3}, by="cecil")
    text = application.signed_in("viewer").get("/services/cleaner/audit").text
    assert "berta" in text
    assert "cecil" not in text
    assert "&lt;b&gt;because&lt;/b&gt;" in text


def test_the_log_tab_is_of_the_run_that_ran_last(application: Application) -> None:
    run(application)
    run(application, 2)
    text = application.signed_in("viewer").get("/services/cleaner/log").text
    assert 'data-log="/runs/2/log/stream"' in text
    assert "has not run yet" in application.signed_in("viewer").get("/services/log_rotator/log").text
