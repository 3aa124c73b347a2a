"""Can agents read, answer and close tickets on the page, without overwriting each other?"""

from __future__ import annotations

import html
import re
from typing import Any

from starlette.testclient import TestClient

from domain.mail_in.files import File
from domain.objects.catalogue import find
from domain.objects.checked import checked
from store import database
from store.helpdesk import message, ticket
from store.helpdesk.message import Message
from store.object import write
from tests.support.visitors import Application

EVIL = "<script>alert(1)</script>"


def made(application: Application, subject: str = "Printer", **values: Any) -> int:
    """A ticket with one message and one file."""
    now = application.clock.now()
    whole = {"subject": subject, "requester": "kim@example.net", "requester_name": "Kim", **values}

    def work(tx: Any) -> int:
        number = ticket.create(tx, whole, now)
        file = File("note.html", "text/html", b"<b>x</")
        message.add(tx, Message(number, "in", "Kim", f"It smokes. {EVIL}", now, files=(file,)))
        return number

    return database.write(work)


def staff(application: Application) -> None:
    whole = checked(find("staff"), {"name": "Ann", "email": "ann@example.org"})
    database.write(lambda tx: write.create(tx, "staff", whole, now=application.clock.now()))


def said(client: TestClient, path: str) -> str:
    found = re.search(r'<p class="notice \w+">([^<]*)</p>', client.get(path).text)
    assert found is not None
    return html.unescape(found[1])


def mails() -> list[tuple[str, str]]:
    return database.read().all("SELECT subject, body_text FROM mail ORDER BY id")


FORM = {
    "subject": "Printer",
    "requester": "kim@example.net",
    "requester_name": "Kim",
    "department": "Support",
    "priority": "high",
    "assigned_to": "Ann",
    "text": "It smokes.",
    "answer": "",
}


def department(application: Application) -> None:
    whole = checked(find("department"), {"name": "Support", "sender": "support@example.org"})
    database.write(lambda tx: write.create(tx, "department", whole, now=application.clock.now()))


def key_of(page: str) -> str:
    found = re.search(r'name="key" value="(\w+)"', page)
    assert found is not None
    return found[1]


def test_what_came_by_telephone_becomes_a_ticket(application: Application) -> None:
    staff(application)
    department(application)
    client = application.signed_in("operator")
    assert 'href="/tickets/new"' in client.get("/tickets").text
    page = client.get("/tickets/new").text
    assert '<option value="Support" selected>' in page
    sent = [client.post("/tickets/new", data={**FORM, "key": key_of(page)}) for _ in range(2)]
    assert [answer.headers["location"] for answer in sent] == ["/tickets/1", "/tickets/1"]
    row = ticket.one(database.read(), 1)
    assert row is not None
    facts = ("state", "priority", "department", "assignee", "requester", "requester_name")
    assert [row[name] for name in facts] == ["open", "high", "Support", "Ann", "kim@example.net", "Kim"]
    (each,) = message.of_ticket(database.read(), 1)
    assert (each["direction"], each["sender"], each["text"]) == ("in", "Kim <kim@example.net>", "It smokes.")
    assert mails() == []
    assert [each["action"] for each in application.audit()].count("ticket open") == 1


def test_a_ticket_can_begin_with_a_mail_to_the_requester(application: Application) -> None:
    department(application)
    client = application.signed_in("operator")
    given = {**FORM, "assigned_to": "", "text": "", "answer": "Your printer is ready."}
    client.post("/tickets/new", data=given)
    assert said(client, "/tickets/1") == "ticket 1 is opened, its first mail is in the outbox"
    ((subject, text),) = mails()
    assert subject.startswith("Printer [#1.")
    assert "Your printer is ready." in text
    row = ticket.one(database.read(), 1)
    assert row is not None
    assert row["state"] == "waiting"
    assert [each["direction"] for each in message.of_ticket(database.read(), 1)] == ["out"]


def test_what_is_wrong_stands_at_its_field_and_nothing_is_lost(application: Application) -> None:
    client = application.signed_in("operator")
    wrong = {**FORM, "subject": EVIL, "requester": "kim", "text": "", "assigned_to": "Nobody"}
    answer = client.post("/tickets/new", data=wrong)
    assert answer.status_code == 422
    found = dict(re.findall(r'id="problem-(\w+)">([^<]*)<', answer.text))
    assert set(found) == {"requester", "text", "assigned_to", "department"}
    assert "is not a mail address" in found["requester"]
    assert html.escape(EVIL) in answer.text
    assert EVIL not in answer.text
    assert database.read().value("SELECT COUNT(*) FROM ticket") == 0
    assert application.signed_in("viewer").get("/tickets/new").status_code == 403


def test_a_contact_is_known_by_the_address(application: Application) -> None:
    def work(tx: Any) -> None:
        for kind, values in (
            ("organisation", {"name": "Acme"}),
            ("contact", {"organisation": "Acme", "name": "Kim of Acme", "email": "kim@example.net"}),
        ):
            write.create(tx, kind, checked(find(kind), values), now=application.clock.now())

    database.write(work)
    client = application.signed_in("operator")
    client.post("/tickets/new", data={"subject": "Printer", "requester": "KIM@example.net", "text": "x"})
    row = ticket.one(database.read(), 1)
    assert row is not None
    assert (row["organisation"], row["contact"], row["requester_name"]) == (
        "Acme",
        "Kim of Acme",
        "Kim of Acme",
    )


def test_an_empty_list_says_what_to_do(application: Application) -> None:
    page = application.signed_in("admin").get("/tickets").text
    assert "Add a mail account" in page
    assert "No ticket yet" in page


def test_tickets_are_found_by_state_and_words(application: Application) -> None:
    made(application)
    made(application, EVIL, priority="urgent")
    gone = made(application, "Gone")
    database.write(lambda tx: ticket.move(tx, gone, "deleted", 1.0))
    client = application.signed_in("viewer")
    whole = client.get("/tickets").text
    assert "Printer" in whole
    assert "Gone" not in whole
    assert EVIL not in whole
    assert "Gone" in client.get("/tickets?state=deleted").text
    assert "Printer" not in client.get("/tickets?priority=urgent").text
    assert "Printer" in client.get("/tickets?q=KIM%40").text


def test_older_tickets_are_a_page_further(application: Application) -> None:
    for number in range(55):
        made(application, f"No. {number}")
    client = application.signed_in("viewer")
    older = re.search(r'href="(/tickets\?before=\d+)">Older', client.get("/tickets").text)
    assert older is not None
    assert "No. 0<" in client.get(older[1]).text


def test_an_answer_goes_into_the_outbox_and_the_thread(application: Application) -> None:
    number = made(application)
    client = application.signed_in("operator")
    client.post(f"/tickets/{number}/reply", data={"text": "Unplug it.", "revision": "1"})
    assert said(client, "/tickets") == f"the answer to ticket {number} is in the outbox"
    ((subject, text),) = mails()
    assert subject.startswith("Re: Printer [#")
    assert "Unplug it." in text
    page = client.get(f"/tickets/{number}").text
    assert "Unplug it." in page
    assert "mail queued" in page
    assert EVIL not in page


def test_who_is_slower_reads_what_came_between_and_has_lost_nothing(application: Application) -> None:
    number = made(application)
    client = application.signed_in("operator")
    client.post(f"/tickets/{number}/reply", data={"text": "First.", "revision": "1"})
    answer = client.post(f"/tickets/{number}/reply", data={"text": f"Second. {EVIL}", "revision": "1"})
    assert answer.status_code == 412
    assert "has changed since you looked" in answer.text
    assert "First.</pre>" in answer.text
    assert f"required>\nSecond. {html.escape(EVIL)}</textarea>" in answer.text
    assert EVIL not in answer.text
    assert len(mails()) == 1
    (revision,) = set(re.findall(r'name="revision" value="(\d+)"', answer.text))
    client.post(f"/tickets/{number}/reply", data={"text": "Second.", "revision": revision})
    assert len(mails()) == 2


def test_a_locked_ticket_is_read_and_not_changed_by_others(application: Application) -> None:
    number = made(application)
    mine, other = application.signed_in("operator"), application.signed_in("admin")
    mine.post(f"/tickets/{number}/lock")
    page = other.get(f"/tickets/{number}").text
    assert "Locked by operator until" in page
    assert "Send" not in page
    refused = other.post(f"/tickets/{number}/note", data={"text": "what I saw"})
    assert refused.status_code == 409
    assert "is locked by operator until" in refused.text
    assert "what I saw</pre>" in refused.text
    mine.post(f"/tickets/{number}/note", data={"text": "mine"})
    assert "mine" in other.get(f"/tickets/{number}").text
    other.post(f"/tickets/{number}/unlock")
    other.post(f"/tickets/{number}/state", data={"to": "closed"})
    assert said(other, "/tickets") == f"ticket {number} is closed"


def test_a_lock_ends_with_its_time(application: Application) -> None:
    number = made(application)
    application.signed_in("operator").post(f"/tickets/{number}/lock")
    application.clock.advance(31 * 60)
    client = application.signed_in("admin")
    client.post(f"/tickets/{number}/state", data={"to": "closed"})
    assert said(client, "/tickets") == f"ticket {number} is closed"


def test_facts_are_changed_together_and_written_down(application: Application) -> None:
    number = made(application)
    staff(application)
    client = application.signed_in("operator")
    facts = {"staff": "Ann", "department": "", "priority": "high", "revision": "1"}
    client.post(f"/tickets/{number}/facts", data=facts)
    row = ticket.one(database.read(), number)
    assert row is not None
    assert (row["assignee"], row["priority"]) == ("Ann", "high")
    actions = [each["action"] for each in application.audit()]
    assert {"ticket assign", "ticket priority"} <= set(actions)


def test_a_file_is_saved_and_never_shown(application: Application) -> None:
    number = made(application)
    client = application.signed_in("viewer")
    link = re.search(rf'href="(/tickets/{number}/files/\d+)"', client.get(f"/tickets/{number}").text)
    assert link is not None
    answer = client.get(link[1])
    assert answer.content == b"<b>x</"
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")
    other = made(application)
    assert client.get(link[1].replace(f"/{number}/", f"/{other}/")).status_code == 404


def test_programs_open_a_ticket_once(application: Application) -> None:
    client = application.program(application.token("operator", "operator"))
    body = {"subject": "Printer", "requester_name": "Kim", "text": "It smokes."}
    key = {"idempotency-key": "call 1"}
    done = [client.post("/api/v1/tickets", json=body, headers=key) for _ in range(2)]
    assert [(each.status_code, each.json()["id"]) for each in done] == [(201, 1), (200, 1)]
    assert done[0].headers["etag"] == f'"{done[0].json()["revision"]}"'
    other = client.post("/api/v1/tickets", json={**body, "text": "It burns."}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "key_used")
    wrong = client.post("/api/v1/tickets", json={"subject": " ", "answer": "x", "department": "No"})
    assert wrong.status_code == 422
    assert set(wrong.json()["problems"]) == {"subject", "requester", "department"}
    assert client.post("/api/v1/tickets", json=body).json()["id"] == 2


def test_programs_answer_with_the_etag_they_have_seen(application: Application) -> None:
    number = made(application)
    client = application.program(application.token("operator", "operator"))
    address = f"/api/v1/tickets/{number}"
    seen = client.get(address)
    assert client.post(f"{address}/replies", json={"text": "x"}).status_code == 428
    tagged = {"if-match": seen.headers["etag"]}
    done = client.post(f"{address}/replies", json={"text": "Yes.", "close": True}, headers=tagged)
    assert (done.status_code, done.json()["state"]) == (202, "closed")
    again = client.post(f"{address}/replies", json={"text": "No."}, headers=tagged)
    assert again.status_code == 412
    opened = client.patch(address, json={"state": "open"}, headers={"if-match": "*"})
    assert opened.json()["state"] == "open"
    listed = client.get("/api/v1/tickets?text=print").json()["tickets"]
    assert [each["id"] for each in listed] == [number]
    assert client.get("/api/v1/tickets/99").status_code == 404
