"""Can an admin build a workflow with buttons alone, try it on an event, and see what its runs did?"""

from __future__ import annotations

import html
import re
from typing import Any

from starlette.testclient import TestClient

from domain.workflow.definition import from_json
from store import database, event
from store.workflow import kept, set_off
from tests.support.visitors import Application

EVIL = "<script>alert(1)</script>"


def happens(application: Application, **data: Any) -> None:
    now = application.clock.now()
    values: dict[str, Any] = {
        "at": now,
        "type": "paid",
        "severity": "info",
        "sender": "billing",
        "text": f"paid {EVIL}",
    }
    database.write(lambda tx: event.add(tx, **values, data=data))


def fields(page: str) -> dict[str, str]:
    """What a browser would send of the editor's form, but for its buttons."""
    form = re.search(r'<form method="post" action="/workflows/edit".*?</form>', page, re.S)
    assert form is not None
    found = {}
    for tag in re.findall(r"<input [^>]*>", form[0]):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and ('type="radio"' not in tag or "checked" in tag):
            found[name[1]] = html.unescape(value[1]) if value else ""
    for name, inside in re.findall(r'<select [^>]*name="([^"]+)">(.*?)</select>', form[0], re.S):
        options = re.findall(r'<option(?: value="([^"]*)")?( selected)?>([^<]*)', inside)
        chosen = next((each for each in options if each[1]), options[0])
        found[name] = html.unescape(chosen[0] or chosen[2])
    for name, inside in re.findall(r'<textarea [^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', form[0], re.S):
        found[name] = html.unescape(inside)
    return found


def press(client: TestClient, page: str, do: str, **typed: str) -> str:
    """Type something and press a button; the page that comes."""
    answer = client.post("/workflows/edit", data={**fields(page), **typed, "do": do})
    if answer.status_code == 303:
        return client.get(answer.headers["location"]).text
    return answer.text


def test_a_workflow_is_built_by_buttons_tried_and_saved(application: Application) -> None:
    happens(application, amount=5, object="invoice 7")
    client = application.signed_in("admin")
    assert "No workflow yet" in client.get("/workflows").text
    page = press(client, client.get("/workflows/new").text, "add action mail", name="big", event="paid")
    page = press(client, page, "add action http", **{"action.0.to": "desk@example.org"})
    page = press(client, page, "add condition")
    page = press(client, page, "add condition", **{"condition.0.field": "data.amount"})
    page = press(
        client, page, "remove condition 1", **{"condition.0.operator": "more", "condition.0.value": "3"}
    )
    page = press(client, page, "up action 1", **{"action.1.address": "https://example.org/orders"})
    tried = press(client, page, "try")
    assert "This event sets it off" in tried
    assert "POST https://example.org/orders" in tried
    assert "Mail to desk@example.org: paid: invoice 7" in html.unescape(tried)
    assert EVIL not in tried
    assert database.read().value("SELECT COUNT(*) FROM workflow") == 0
    assert database.read().value("SELECT COUNT(*) FROM mail") == 0
    saved = press(client, tried, "save")
    assert "workflow big is saved" in saved
    row = kept.named(database.read(), "big")
    assert row is not None
    made = from_json(row["definition"])
    assert [each.kind for each in made.actions] == ["http", "mail"]
    assert [(each.field, each.operator, each.value) for each in made.conditions] == [
        ("data.amount", "more", "3")
    ]


def test_what_is_wrong_is_said_and_what_was_typed_stays(application: Application) -> None:
    client = application.signed_in("admin")
    page = press(client, client.get("/workflows/new").text, "add action mail", name="w", event="paid")
    answer = press(
        client, page, "save", **{"action.0.text": "one\n{{ amount }}", "action.0.to": "a@example.org"}
    )
    assert "action 1 (mail): text, line 2: there is no field 'amount'" in html.unescape(answer)
    assert fields(answer)["action.0.text"] == "one\n{{ amount }}"
    assert "actions: expected 1 to 20" in press(
        client, client.get("/workflows/new").text, "save", name="w", event="e"
    )


def build(client: TestClient, name: str = "w", **typed: str) -> None:
    page = press(client, client.get("/workflows/new").text, "add action mail", name=name, event="paid")
    press(client, page, "save", **{"action.0.to": "desk@example.org", **typed})


def test_an_edit_makes_a_version_and_a_late_one_overwrites_nothing(application: Application) -> None:
    client = application.signed_in("admin")
    build(client)
    form = client.get("/workflows/1/edit").text
    press(client, form, "save", **{"action.0.subject": "theirs"})
    late = press(client, form, "save", **{"action.0.subject": "mine"})
    assert "changed meanwhile" in late
    versions = [row["version"] for row in kept.versions(database.read(), 1)]
    assert versions == [2, 1]


def test_its_page_shows_runs_with_steps_and_a_run_what_happened(application: Application) -> None:
    client = application.signed_in("admin")
    build(client)
    workflows = kept.listening(database.read())
    now = application.clock.now()
    database.write(lambda tx: set_off.fill(tx, "event", workflows, now))
    happens(application, object=EVIL)
    database.write(lambda tx: set_off.fill(tx, "event", workflows, now))
    viewer = application.signed_in("viewer")
    for path in ("/workflows", "/workflows/1", "/workflows/runs/1", "/workflows/1?try_on=event-1"):
        text = viewer.get(path).text
        assert EVIL not in text
        assert "workflows/1" in text or "desk@example.org" in text
    assert "mail: waiting" in viewer.get("/workflows/1").text
    assert viewer.get("/workflows/9").status_code == 404
    assert viewer.get("/workflows/runs/9").status_code == 404


def test_only_an_admin_builds_switches_and_puts_away(application: Application) -> None:
    admin = application.signed_in("admin")
    build(admin)
    for name in ("viewer", "operator"):
        client = application.signed_in(name)
        assert client.get("/workflows/new").status_code == 403
        for path in ("/workflows/edit", "/workflows/1/disable", "/workflows/1/archive"):
            assert client.post(path).status_code == 403
    admin.post("/workflows/1/disable")
    assert kept.listening(database.read()) == []
    admin.post("/workflows/1/enable")
    assert [each.name for each in kept.listening(database.read())] == ["w"]
    admin.post("/workflows/1/archive")
    assert kept.listed(database.read()) == []
    told = [row["action"] for row in application.audit()]
    actions = [each for each in told if each.startswith("workflow")]
    assert actions == ["workflow archive", "workflow enable", "workflow disable", "workflow add"]


def test_the_api_builds_tries_and_lists(application: Application) -> None:
    happens(application, amount=5)
    program = application.program(application.token(role="admin"))
    action = {"kind": "mail", "to": "a@example.org", "subject": "{{ data.amount }}", "text": "x"}
    body = {"name": "w", "event": "pa*", "actions": [action]}
    made = program.post("/api/v1/workflows", json=body)
    assert (made.status_code, made.json()["version"], made.json()["enabled"]) == (201, 1, True)
    bad = program.post("/api/v1/workflows", json={**body, "name": "x", "actions": [{**action, "to": "no"}]})
    assert (bad.status_code, "action 1 (mail): to" in bad.json()["detail"]) == (422, True)
    (known,) = program.get("/api/v1/workflows/1/events").json()["events"]
    would = program.post("/api/v1/workflows/1/dry-run", json={"event": known["key"]}).json()
    assert (would["matches"], would["actions"][0]["subject"]) == (True, "5")
    assert program.post("/api/v1/workflows/1/dry-run", json={"event": "event-99"}).status_code == 404
    assert program.post("/api/v1/workflows/1?version=7", json=body).status_code == 409
    assert program.post("/api/v1/workflows/1?version=1", json=body).json()["version"] == 2
    assert program.get("/api/v1/workflows/runs").json() == {"runs": [], "next": None}
    assert program.delete("/api/v1/workflows/1").status_code == 204
