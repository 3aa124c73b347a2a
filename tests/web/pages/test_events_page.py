"""Do people find an event again, and do admins say who hears of what?"""

from __future__ import annotations

import re
from typing import Any

import pytest
from starlette.testclient import TestClient

from store import database, event, event_rule, rejected
from tests.support.visitors import Application
from web.shown import events

EVIL = '<script>alert("x")</script>'
sqlite_only = pytest.mark.parametrize("engine_database", ["sqlite"], indirect=True)


def happen(application: Application, text: str = "it broke", **more: Any) -> int:
    """Write an event of now; its id. The next one is a minute later."""
    values: dict[str, Any] = {"type": "failure", "severity": "error", "sender": "mail", **more}
    now = application.clock.now()
    assert database.write(lambda tx: event.add(tx, at=now, text=text, **values))
    application.clock.advance(60)
    return int(database.read().value("SELECT MAX(id) FROM event"))


def reject(body: bytes, reason: str, queue: str = "tickworks.requests") -> None:
    database.write(lambda tx: rejected.keep(tx, queue, body, reason, 1.0))


def listed(client: TestClient, query: str = "") -> list[int]:
    """The ids of the rows, in their order."""
    answer = client.get(f"/events{query}")
    assert answer.status_code == 200, answer.text
    return [int(found) for found in re.findall(r'<tr id="event-([0-9]+)"', answer.text)]


def test_each_filter_narrows_and_the_newest_stand_first(application: Application) -> None:
    client = application.signed_in("viewer")
    old = happen(application, "50% of Disks", tags=("run", "failed"))
    mid = happen(application, "disk two", type="missed", severity="warning", data={"run": 7})
    new = happen(application, "other", sender="beat", tags=("runs",))
    assert listed(client) == [new, mid, old]
    assert listed(client, "?q=disk") == [mid, old]
    assert listed(client, "?q=0%25") == [old]
    assert listed(client, "?type=missed") == listed(client, "?severity=warning") == [mid]
    assert listed(client, "?sender=beat") == [new]
    assert listed(client, "?tag=run") == [old]
    # The clock of tests stands at 2027-01-15 08:00 UTC, which is the site's zone.
    assert listed(client, "?since=2027-01-15T08:01&until=2027-01-15T08:02") == [mid]
    assert listed(client, "?since=nonsense&until=&cursor=x&q=%01") == [new, mid, old]
    assert 'href="/runs/7"' in client.get("/events").text


def test_older_pages_give_each_event_once(application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.pages.events.ROWS", 2)
    monkeypatch.setattr("store.event_log.REACH", 3)
    client = application.signed_in("viewer")
    made = [happen(application, sender=f"s{number % 2}") for number in range(7)]
    assert paged(client) == made[::-1]
    assert paged(client, "?sender=s0") == made[::-2]
    assert paged(client, "?q=never") == []


def paged(client: TestClient, query: str = "") -> list[int]:
    found: list[int] = []
    for _ in range(20):
        text = client.get(f"/events{query}").text
        found += [int(each) for each in re.findall(r'<tr id="event-([0-9]+)"', text)]
        older = re.search(r'href="/events(\?[^"]*cursor=[^"]*)">Older', text)
        if older is None:
            return found
        query = older[1].replace("&amp;", "&")
    raise AssertionError("the pages never end")


@sqlite_only
def test_html_in_any_text_comes_out_as_text(application: Application) -> None:
    happen(application, EVIL, sender=EVIL.replace(" ", ""), type="<b>", tags=(EVIL,), data={"run": EVIL})
    reject(EVIL.encode() * 30, EVIL, queue="<i>")
    client = application.signed_in("admin")
    client.post(
        "/events/rules", data={"new": "yes", "name": "<u>", "to": "admin", "types": "<b>", "senders": EVIL}
    )
    for path in ("/events", "/events/rejected", "/events/rules", "/events/rules/edit?name=%3Cu%3E"):
        text = client.get(path).text
        assert not re.search(r"<script>|<i>|<u>|<b>", text), path
        assert "&lt;" in text, path


@sqlite_only
def test_rejected_messages_are_counted_and_shown(application: Application) -> None:
    client = application.signed_in("viewer")
    for reason in ("reason 0", "reason 1", "reason 2"):
        reject(b"{not json", reason)
    assert '<span class="pill tone-warn">3</span>' in client.get("/events").text
    page = client.get("/events/rejected").text
    assert page.index("reason 2") < page.index("reason 0")
    assert "{not json" in page


RULE = {"name": "billing", "to": "money@example.org admin", "types": ["failure"], "enabled": "yes"}


def rule(name: str = "billing") -> dict[str, Any] | None:
    return events.rule(database.read(), name)


def test_a_rule_is_added_changed_switched_and_deleted(application: Application) -> None:
    client = application.signed_in("admin")
    assert (
        client.post("/events/rules", data={**RULE, "new": "yes", "other_types": "own, two"}).status_code
        == 303
    )
    made = rule()
    assert made is not None
    assert (made["types"], made["enabled"]) == (("failure", "own", "two"), True)
    assert made["recipients"] == ("money@example.org", "admin")
    assert "money@example.org" in client.get("/events/rules").text
    client.post("/events/rules", data={**RULE, "senders": "mail_manager  beat", "revision": "1"})
    changed = rule()
    assert changed is not None
    assert (changed["types"], changed["senders"]) == (("failure",), ("mail_manager", "beat"))
    client.post("/events/rules/switch", data={"name": "billing", "on": "no"})
    assert not (rule() or {})["enabled"]
    client.post("/events/rules/delete", data={"name": "billing", "revision": "3"})
    assert rule() is None
    told = [(row["action"], row["object"], row["actor"]) for row in application.audit()]
    for action in ("event rule", "event rule disabled", "event rule deleted"):
        assert (action, "billing", "admin") in told


@sqlite_only
@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"to": "nobody"}, "nobody"),
        ({"to": ""}, "give an address"),
        ({"name": "two words"}, "expected one word"),
        ({"name": " "}, "expected one word"),
        ({"tags": "a\x01b"}, "expected one word"),
        ({"senders": "s" * 101}, "at most 100"),
        ({"name": "default", "new": "yes"}, "there is a rule default already"),
    ],
)
def test_a_rule_that_is_none_is_refused(application: Application, more: dict[str, str], said: str) -> None:
    before = event_rule.rules(database.read())
    sent = {**RULE, **more}
    answer = application.signed_in("admin").post("/events/rules", data=sent, headers={"hx-request": "true"})
    assert (answer.status_code, said in answer.text) == (409, True), answer.text
    assert event_rule.rules(database.read()) == before


def test_somebody_elses_newer_edit_of_a_rule_is_shown_and_stays(application: Application) -> None:
    application.add("berta", "admin")
    ann, berta = application.signed_in("admin"), application.signed_in("berta")
    ann.post("/events/rules", data={**RULE, "new": "yes"})
    form = hidden(ann.get("/events/rules/edit?name=billing").text)
    answer = berta.post("/events/rules", data={**form, "to": "berta@example.test", "enabled": "yes"})
    assert answer.status_code == 303
    mine = {**form, "to": "ann@example.test", "types": "failure", "enabled": "yes"}
    said = ann.post("/events/rules", data=mine, headers={"hx-request": "true"})
    assert said.status_code == 409
    assert "rule billing was edited meanwhile by berta (event rule" in said.text
    assert "<td>ann@example.test</td><td>berta@example.test</td>" in said.text
    assert (rule() or {})["recipients"] == ("berta@example.test",)
    for path in ("", "/delete"):
        assert ann.post(f"/events/rules{path}", data=mine, headers={"hx-request": "true"}).status_code == 409
    kept = ann.post("/events/rules", data={**mine, **hidden(said.text)})
    assert kept.status_code == 303
    assert (rule() or {})["recipients"] == ("ann@example.test",)


@sqlite_only
def test_a_switch_counts_as_an_edit_of_a_rule(application: Application) -> None:
    client = application.signed_in("admin")
    form = hidden(client.get("/events/rules/edit?name=default").text)
    client.post("/events/rules/switch", data={"name": "default", "on": "no"})
    answer = client.post("/events/rules", data={**form, "to": "admin", "enabled": "yes"})
    assert answer.status_code == 409
    assert "Take theirs" in answer.text
    assert not (rule("default") or {})["enabled"]


def hidden(page: str) -> dict[str, str]:
    """What the form of a rule says of what it was made on."""
    form = page.split('action="/events/rules"')[1]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))


@sqlite_only
def test_only_an_admin_edits_rules(application: Application) -> None:
    client = application.signed_in("operator")
    assert "/events/rules/edit" not in client.get("/events/rules").text
    assert client.get("/events/rules/edit?new=yes").status_code == 403
    for path in ("", "/switch", "/delete"):
        sent = {**RULE, "name": "default", "on": "no"}
        assert client.post(f"/events/rules{path}", data=sent).status_code == 403
    assert (rule("default") or {})["recipients"] == ("admin",)


@sqlite_only
def test_a_rule_that_is_gone_says_so(application: Application) -> None:
    client = application.signed_in("admin")
    page = client.get("/events/rules/edit?name=gone", headers={"accept": "text/html"})
    assert (page.status_code >= 400, "there is no rule" in page.text) == (True, True)
    answer = client.post("/events/rules/delete", data={"name": "gone"}, headers={"hx-request": "true"})
    assert "there is no rule gone" in answer.text
