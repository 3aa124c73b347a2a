"""Does the page of alerts show what is wrong, and do its buttons do what they say?"""

from __future__ import annotations

import re

from domain.alert.finding import Finding
from store import alert, database
from tests.support.visitors import Application

SCRIPT = "<script>alert(1)</script>"


def opened(application: Application, text: str = "it fails", about: str = "service backup_manager") -> int:
    found = Finding("failing", about, text, "error")
    made = database.write(lambda tx: alert.open_one(tx, found, application.clock.now()))
    assert made is not None
    return made


def page(application: Application, name: str = "operator") -> str:
    """The text of the page, without its marks of live streams."""
    answer = application.signed_in(name).get("/alerts")
    assert answer.status_code == 200
    return answer.text


def test_no_alert_is_said_in_words(application: Application) -> None:
    assert "Nothing is wrong: no alert is open." in page(application)


def test_an_alert_is_acknowledged_with_a_note_and_taken_back(application: Application) -> None:
    one = opened(application)
    visitor = application.signed_in("operator")
    assert visitor.post(f"/alerts/{one}/acknowledge", data={"note": "on it"}).status_code == 303
    text = visitor.get("/alerts").text
    assert "on it" in text
    assert f"/alerts/{one}/unacknowledge" in text
    visitor.post(f"/alerts/{one}/unacknowledge")
    assert f"/alerts/{one}/acknowledge" in visitor.get("/alerts").text
    assert application.audit()[0]["action"] == "unacknowledge"


def test_a_mute_of_an_alert_makes_it_quiet_until_it_is_ended(application: Application) -> None:
    opened(application)
    visitor = application.signed_in("operator")
    visitor.post("/alerts/mutes", data={"rule": "failing", "about": "service backup_manager", "seconds": "0"})
    text = visitor.get("/alerts").text
    assert "Quiet: muted by operator" in text
    visitor.post("/alerts/mutes/1/end")
    assert "Quiet:" not in visitor.get("/alerts").text


def test_a_window_is_planned_in_the_time_of_the_site_and_cancelled(application: Application) -> None:
    visitor = application.signed_in("operator")
    times = {"starts": "2027-01-15T10:00", "ends": "2027-01-15T12:30"}  # it is 08:00 there
    visitor.post("/alerts/windows", data={**times, "reason": "disks"})
    text = visitor.get("/alerts").text
    assert "2027-01-15 12:30:00" in text
    assert "Maintenance window: the whole site" in text
    visitor.post("/alerts/windows/1/cancel")
    assert "Maintenance window: the whole site" not in visitor.get("/alerts").text


def test_what_is_refused_is_told_on_the_page(application: Application) -> None:
    visitor = application.signed_in("operator")
    said = visitor.post("/alerts/windows", data={"ends": "soon"}, headers={"hx-request": "true"})
    assert (said.status_code, "expected a date and a time" in said.text) == (409, True)
    said = visitor.post("/alerts/77/acknowledge", headers={"hx-request": "true"})
    assert (said.status_code, "there is no alert 77" in said.text) == (409, True)


def test_a_viewer_sees_no_buttons_and_may_not_press_them(application: Application) -> None:
    one = opened(application)
    text = page(application, "viewer")
    assert "it fails" in text
    assert not re.search(r'action="/alerts', text)
    answer = application.signed_in("viewer").post(f"/alerts/{one}/acknowledge")
    assert answer.status_code == 403


def test_what_is_over_stands_below(application: Application) -> None:
    one = opened(application)
    row = alert.one(database.read(), one)
    assert row is not None
    database.write(lambda tx: alert.resolve(tx, row, application.clock.now() + 60))
    text = page(application)
    assert text.index("Nothing is wrong") < text.index("Over</h2>") < text.index("it fails")


def test_texts_are_never_code(application: Application) -> None:
    one = opened(application, SCRIPT, f"node {SCRIPT}")
    visitor = application.signed_in("operator")
    visitor.post(f"/alerts/{one}/acknowledge", data={"note": SCRIPT})
    visitor.post("/alerts/mutes", data={"about": f"node {SCRIPT}", "reason": SCRIPT})
    text = visitor.get("/alerts").text
    assert SCRIPT not in text
    assert text.count("&lt;script&gt;alert(1)") >= 4


def test_every_page_counts_the_alerts_that_nobody_has_seen(application: Application) -> None:
    visitor = application.signed_in("operator")
    badge = '1<span class="visually-hidden"> nobody has seen</span>'
    assert badge not in visitor.get("/runs").text
    one = opened(application)
    assert badge in visitor.get("/runs").text
    visitor.post(f"/alerts/{one}/acknowledge", data={"note": "on it"})
    assert badge not in visitor.get("/runs").text
