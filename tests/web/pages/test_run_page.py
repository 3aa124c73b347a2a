"""The page of one run: what it says of its way, and what can be done with it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from store import database
from tests.support import rows
from tests.support.visitors import Application

HX = {"hx-request": "true"}


def ended(application: Application, number: int, state: str = "succeeded", **values: Any) -> None:
    """A run of backup_manager that waited 30 s and took 10 s, ended now."""
    now = application.clock.now()
    times = {"requested_at": now - 40, "queued_at": now - 40, "granted_at": now - 10, "started_at": now - 10}
    made = {**times, "node": "n1", "fence": number, "attempt": 1, **values}
    rows.run(number, state, now, values.pop("service", "backup_manager"), **made)


@pytest.mark.parametrize("path", ["/runs/99", "/runs/9223372036854775807"])
def test_a_run_that_is_not_there_is_a_page_that_says_so(application: Application, path: str) -> None:
    answer = application.signed_in("viewer").get(path, headers={"accept": "text/html"})
    assert answer.status_code == 404
    assert "there is no run" in answer.text


def test_the_page_tells_how_long_it_waited_and_for_whom(application: Application) -> None:
    now = application.clock.now()
    holder = {"started_at": now - 90, "granted_at": now - 90, "run_groups": "disk tape"}
    rows.run(1, "succeeded", now - 12, "cleaner", **holder)
    rows.run(2, "succeeded", now - 20, "cleaner", **{**holder, "run_groups": "other"})
    ended(application, 3, run_groups="disk")
    text = application.signed_in("viewer").get("/runs/3").text
    assert "Took 10 s on n1, waited 30 s" in text
    assert 'disk held by <a href="/runs/1">run 1</a> Cleaner' in text
    assert "/runs/2" not in text


def test_all_that_a_service_says_is_text(application: Application) -> None:
    evil = "<img src=x onerror=alert(1)>"
    more = {"message": evil, "request_reason": evil, "requested_by": evil}
    ended(application, 1, "failed", error=f"{evil}\nline two", args=json.dumps({evil: evil}), **more)
    now = application.clock.now()
    rows.put("attempt", run_id=1, n=1, node="n1", process_id=1, fence=7, started_at=now, ended_at=now,
             ended="failed", error=evil)  # fmt: skip
    rows.put("run_step", run_id=1, n=1, title=evil, state="failed", error=evil, started_at=now,
             counts=json.dumps({"done": 3, "failed": 1}))  # fmt: skip
    text = application.signed_in("operator").get("/runs/1").text
    assert "<img" not in text.replace('<img src="/static', "")
    assert text.count("&lt;img src=x onerror=alert(1)&gt;") >= 7
    assert "line two" in text
    assert '<td data-label="Fence" class="number">7</td>' in text


def test_progress_and_steps_show_while_it_runs(application: Application) -> None:
    rows.run(1, "running", None, "backup_manager", progress_done=3.0, progress_total=8.0, attempt=1)
    text = application.signed_in("viewer").get("/runs/1").text
    assert 'max="8.0" value="3.0"' in text
    assert "3 of 8" in text


def test_a_step_that_is_apart_leads_to_the_run_that_carries_it_out(application: Application) -> None:
    ended(application, 1)
    ended(application, 2, step=1, apart=True, request_reason="step 1 of run 1")
    rows.put("run_step", run_id=1, n=1, title="Copy", state="apart", own_run=2, started_at=1)
    client = application.signed_in("viewer")
    assert 'apart</span> <a href="/runs/2">run 2</a>' in client.get("/runs/1").text
    assert "step 1 of run 1" in client.get("/runs/2").text


def test_viewers_see_no_buttons_that_they_may_not_press(application: Application) -> None:
    rows.run(1, "queued", None, "backup_manager")
    client = application.signed_in("viewer")
    text = client.get("/runs/1").text
    assert "/runs/1/cancel" not in text
    assert "/runs/1/again" not in text
    assert "log-next" not in text
    assert client.post("/runs/1/cancel").status_code == 403


def test_a_run_that_waits_is_cancelled_from_its_page(application: Application) -> None:
    rows.run(1, "queued", None, "backup_manager")
    client = application.signed_in("operator")
    assert 'formaction="/runs/1/cancel"' in client.get("/runs/1").text
    assert "Run 1 is cancelled" in client.post("/runs/1/cancel", headers=HX).text
    assert 'formaction="/runs/1/cancel"' not in client.get("/runs/1").text
    again = client.post("/runs/1/cancel", headers=HX)
    assert again.status_code == 409
    assert "has ended already" in again.text


def test_run_again_asks_for_one_new_run_and_goes_there(application: Application) -> None:
    ended(application, 5, "failed", error="x")
    database.write(lambda tx: tx.run("UPDATE run SET id = 5"))
    if tx_is_postgresql():
        database.write(lambda tx: tx.run("SELECT setval(pg_get_serial_sequence('run', 'id'), 5)"))
    first, second = application.signed_in("operator"), application.signed_in("admin")
    places = [each.post("/runs/5/again", data={"seen": "5"}).headers["location"] for each in (first, second)]
    made = database.read().dicts("SELECT * FROM run WHERE id <> 5")
    assert len(made) == 1
    assert places == [f"/runs/{made[0]['id']}"] * 2
    assert (made[0]["service"], made[0]["args"], made[0]["request_reason"]) == (
        "backup_manager", "{}", "run 5 again",
    )  # fmt: skip


def test_run_again_of_what_may_not_run_says_why(application: Application) -> None:
    ended(application, 5)
    client = application.signed_in("operator")
    client.post("/services/backup_manager/disable")
    answer = client.post("/runs/5/again", headers=HX)
    assert answer.status_code == 409
    assert "disabled" in answer.text


def test_a_log_that_was_not_kept_offers_to_keep_the_next(application: Application) -> None:
    ended(application, 1)
    client = application.signed_in("operator")
    assert "No line of this run was kept: logging of Backup Manager is off" in client.get("/runs/1").text
    said = client.post("/services/backup_manager/log-next", headers=HX).text
    assert "every line is kept for 30 min" in said
    on, until = database.read().all(
        "SELECT logging, logging_until FROM service WHERE name = 'backup_manager'"
    )[0]
    assert (bool(on), until) == (True, application.clock.now() + 1800)
    assert "No line of this run was kept" not in client.get("/runs/1").text


def tx_is_postgresql() -> bool:
    return database.read().dialect == "postgresql"
