"""Can an operator keep a report, schedule it, see what it says and send it, at the page?"""

from __future__ import annotations

import html
import re

from starlette.testclient import TestClient

from store import database
from tests.support.rows import run as add_run
from tests.support.visitors import Application

FORM = {"name": "Failed runs", "kind": "runs", "period": "7d", "filters": "state = failed, lost\n"}
EVIL = "<script>alert(1)</script>"


def kept(client: TestClient, **more: str) -> str:
    """A report made at the page; the page of it."""
    answer = client.post("/reports", data={**FORM, **more})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def said(client: TestClient, path: str) -> str:
    """The notice above a page."""
    found = re.search(r'<p class="notice \w+">(.*?)</p>', client.get(path).text)
    assert found is not None
    return html.unescape(found[1])


def mails() -> int:
    return int(database.read().value("SELECT COUNT(*) FROM mail"))


def test_a_report_from_the_form_to_the_outbox(application: Application) -> None:
    add_run(1, "failed", application.clock.now() - 60, error="disk full")
    client = application.signed_in("operator")
    page = kept(client)
    assert said(client, page) == "Failed runs is kept"
    text = client.get(page).text
    assert "disk full" in text
    assert "state failed, lost" in text
    when = {
        "times": "08:00, 17:30",
        "weekdays": "mon",
        "to": "a@example.org, b@example.org",
        "format": "html",
    }
    assert client.post(f"{page}/schedules", data=when).status_code == 303
    text = client.get(page).text
    assert "08:00, 17:30 mon" in text
    (send, seen) = re.findall(r'action="(/reports/schedules/\d+/send)"><input [^>]*value="(\w+)"', text)[0]
    for _ in range(2):
        client.post(send, data={"seen": seen}, headers={"referer": str(client.base_url.join(page))})
    assert mails() == 1
    assert said(client, page).endswith("is in the outbox already")
    assert "asked for by operator" in client.get(page).text
    assert "a@example.org, b@example.org" in client.get("/reports").text


def test_a_schedule_is_switched_and_removed_and_a_report_archived(application: Application) -> None:
    client = application.signed_in("operator")
    page = kept(client)
    client.post(f"{page}/schedules", data={"times": "08:00", "to": "a@example.org"})
    (schedule,) = re.findall(r'action="(/reports/schedules/\d+)/disable"', client.get(page).text)
    client.post(f"{schedule}/disable")
    assert f'action="{schedule}/enable"' in client.get(page).text
    client.post(f"{schedule}/enable")
    assert f'action="{schedule}/disable"' in client.get(page).text
    client.post(f"{schedule}/remove")
    assert "It has no schedule" in client.get(page).text
    client.post(f"{page}/archive")
    assert said(client, "/reports") == "the report is archived"
    assert "No reports yet" in client.get("/reports").text


def test_what_is_wrong_is_told_and_nothing_is_kept(application: Application) -> None:
    client = application.signed_in("operator")
    for wrong, text in (
        ({"kind": "run"}, "did you mean runs?"),
        ({"filters": "state"}, "expected NAME=VALUE"),
        ({"columns": "idd"}, "there is no 'idd'"),
        ({"name": ""}, "name: expected one line"),
        ({"name": "a\x01b"}, "name: expected one line"),
    ):
        client.post("/reports", data={**FORM, **wrong})
        assert text in said(client, "/reports")
    assert "No reports yet" in client.get("/reports").text


def test_a_viewer_sees_reports_and_no_buttons_and_others_cannot_act(application: Application) -> None:
    page = kept(application.signed_in("operator"))
    viewer = application.signed_in("viewer")
    for path in ("/reports", page):
        text = viewer.get(path).text
        assert "Failed runs" in text
        assert 'action="/reports' not in text
    assert viewer.post(f"{page}/archive").status_code == 403
    application.add("bob", "operator")
    bob = application.signed_in("bob")
    assert f'action="{page}' not in bob.get(page).text
    bob.post(f"{page}/archive")
    assert said(bob, "/reports") == "Failed runs belongs to operator: ask them, or an admin"


def test_what_services_and_people_write_is_text(application: Application) -> None:
    add_run(1, "failed", application.clock.now() - 60, error=EVIL, service=EVIL)
    client = application.signed_in("operator")
    page = kept(client, name=EVIL, filters=f"state=failed\nservice={EVIL}")
    for path in ("/reports", page):
        text = client.get(path).text
        assert EVIL not in text
        assert html.escape(EVIL) in text


def test_a_report_that_cannot_be_made_has_a_page_that_says_why(application: Application) -> None:
    client = application.signed_in("operator")
    page = kept(client)
    database.write(lambda tx: tx.run("UPDATE report_query SET columns = '[\"gone\"]'"))
    assert "there is no &#39;gone&#39;" in client.get(page).text
    assert client.get("/reports").status_code == 200


def test_a_report_that_is_not_there_is_told(application: Application) -> None:
    client = application.signed_in("viewer")
    assert client.get("/reports/99").status_code == 404
    assert client.get(f"/reports/{2**63}").status_code == 422
