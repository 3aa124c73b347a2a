"""Does the page show how hooks do and what was sent, and can an operator pause, resume and try again?"""

from __future__ import annotations

import html
import re

from starlette.testclient import TestClient

from domain.objects.catalogue import find
from domain.objects.checked import checked
from store import database
from store.hooks import calls, state
from store.hooks.calls import Tried
from store.object import write
from tests.support.rows import put
from tests.support.visitors import Application

EVIL = "<script>alert(1)</script>"


def hook(application: Application, name: str = "billing") -> int:
    values = {"name": name, "address": "https://example.org/hook", "secret": "env:HOOK"}
    whole = checked(find("event_hook"), values)
    now = application.clock.now()
    return database.write(lambda tx: write.create(tx, "event_hook", whole, now=now))


def call(
    application: Application, number: int, hook_id: int, state: str = "queued", **values: object
) -> None:
    now = application.clock.now()
    ended = None if state in ("queued", "sending") else now
    given = {
        **{"hook_id": hook_id, "key": f"key-{number}", "source": "event", "source_id": number},
        **{"event": "paid", "at": now, "object": f"organisation o{number}", "body": '{"event": {}}'},
        **{"state": state, "not_before": now, "queued_at": now, "ended_at": ended},
    }
    put("hook_call", id=number, **{**given, **values})


def said(client: TestClient, path: str = "/hooks") -> str:
    found = re.search(r'<p class="notice \w+">(.*?)</p>', client.get(path).text)
    assert found is not None
    return html.unescape(found[1])


def test_calls_are_listed_with_filters_and_pages(application: Application) -> None:
    one, other = hook(application), hook(application, "crm")
    for number in range(1, 56):
        call(application, number, one if number % 2 else other, "done")
    call(application, 60, one, "failed", event="refund", error="no such customer")
    client = application.signed_in("viewer")
    text = client.get("/hooks").text
    assert "organisation o55" in text
    assert "organisation o6<" not in text
    assert 'href="/hooks?before=' in text
    assert "no such customer" in client.get("/hooks?state=failed").text
    assert "organisation o55" not in client.get("/hooks?state=failed").text
    assert "organisation o54" not in client.get(f"/hooks?hook={one}").text
    assert "organisation o55" in client.get(f"/hooks?hook={one}").text
    assert "refund" in client.get("/hooks?q=REFUND").text
    assert "No call is like that" in client.get("/hooks?q=nothing").text
    assert "/retry" not in client.get("/hooks?state=failed").text


def test_a_call_has_a_page_with_its_request_and_every_try(application: Application) -> None:
    call(application, 1, hook(application), object=EVIL, body=f'{{"x": "{EVIL}"}}')
    now = application.clock.now()
    database.write(lambda tx: calls.begin(tx, 1, 7))
    lost = Tried(now, 1.5, "unknown_outcome", f"no whole answer {EVIL}")
    database.write(lambda tx: calls.later(tx, 1, 7, now + 60, lost))
    client = application.signed_in("viewer")
    text = client.get("/hooks/calls/1").text
    assert "key-1" in text
    assert "unknown outcome" in text
    assert "it may have arrived more than once" in text
    assert "maybe twice" in client.get("/hooks").text
    for path in ("/hooks", "/hooks/calls/1"):
        assert EVIL not in client.get(path).text
    assert client.get("/hooks/calls/99").status_code == 404


def test_an_operator_pauses_resumes_and_retries_and_a_viewer_does_not(application: Application) -> None:
    number = hook(application)
    call(application, 1, number, "failed", error="gone")
    viewer = application.signed_in("viewer")
    assert viewer.post(f"/hooks/{number}/pause").status_code == 403
    client = application.signed_in("operator")
    client.post(f"/hooks/{number}/pause", data={"reason": "they move"})
    assert said(client) == "hook billing is paused"
    assert "they move" in client.get("/hooks").text
    client.post(f"/hooks/{number}/pause")
    assert said(client) == "hook billing is paused already"
    client.post(f"/hooks/{number}/resume")
    assert state.one(database.read(), number)["paused_at"] is None
    client.post("/hooks/calls/1/retry", headers={"referer": str(client.base_url.join("/hooks"))})
    assert database.read().value("SELECT state FROM hook_call") == "queued"
    assert [row["action"] for row in application.audit()[:3]] == ["hook retry", "hook resume", "hook pause"]


def test_the_api_tells_the_same_and_refuses_what_cannot_be(application: Application) -> None:
    number = hook(application)
    call(application, 1, number, "done")
    program = application.program(application.token(role="operator"))
    (shown,) = program.get("/api/v1/hooks").json()["hooks"]
    assert (shown["name"], shown["waiting"], shown["signed"]) == ("billing", 0, True)
    found = program.get("/api/v1/hooks/calls", params={"state": "done"}).json()
    assert ([each["id"] for each in found["calls"]], found["next"]) == ([1], None)
    assert program.get("/api/v1/hooks/calls/1").json()["body"] == '{"event": {}}'
    assert program.post("/api/v1/hooks/calls/1/retry").status_code == 409
    assert program.post("/api/v1/hooks/calls/9/retry").status_code == 404
    assert program.get("/api/v1/hooks/calls", params={"state": "none"}).status_code == 422
    assert program.post(f"/api/v1/hooks/{number}/pause", json={"reason": "x"}).status_code == 204
    assert program.post("/api/v1/hooks/99/resume").status_code == 404


def test_usage_reports_have_a_page_and_an_address(application: Application) -> None:
    given = {"name": "Monthly", "report": "usage", "recipients": ("a@example.org",), "times": ("08:00",)}
    whole = checked(find("report_schedule"), given)
    now = application.clock.now()
    made = database.write(lambda tx: write.create(tx, "report_schedule", whole, now=now))
    put(
        "usage_report_delivery",
        schedule_id=made,
        planned_at=int(now),
        at=now,
        state="failed",
        error="no font",
    )
    text = application.signed_in("viewer").get("/reports/usage").text
    assert "Monthly" in text
    assert "no font" in text
    program = application.program(application.token(role="viewer"))
    (shown,) = program.get("/api/v1/reports/usage").json()["schedules"]
    assert (shown["name"], shown["deliveries"][0]["state"]) == ("Monthly", "failed")
    assert shown["next_at"] is not None
    assert "usage" in [kind["kind"] for kind in program.get("/api/v1/reports/usage/kinds").json()["kinds"]]
