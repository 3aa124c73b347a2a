"""Can an operator write, preview, schedule and stop a campaign at the page, and a recipient say no more?"""

from __future__ import annotations

import html
import re
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from domain.campaign.unsubscribing import token
from domain.mail.draft import Draft
from domain.objects.catalogue import find
from domain.objects.checked import checked
from store import database
from store.campaign import kept, recipients, suppressed
from store.object import write
from store.outbox.put import put
from tests.support.visitors import Application

EVIL = "<script>alert(1)</script>"
FORM: dict[str, Any] = {
    "name": "news",
    "subject": "News for {{ name }}",
    "text": "Dear {{ name | default('customer', true) }}",
    "list": "email,name\nann@example.org,Ann\nbob@example.org,",
    "per_minute": "60",
    "batch": "10",
    "do": "save",
}


def reachable(application: Application) -> None:
    """People reach the site's page by an address."""
    site = application.app.state.site
    web = site.settings.web.model_copy(update={"public_url": "https://jobs.example.org"})
    application.app.state.site = replace(site, settings=site.settings.model_copy(update={"web": web}))


def said(client: TestClient, path: str) -> str:
    found = re.search(r'<p class="notice \w+">(.*?)</p>', client.get(path).text)
    assert found is not None
    return html.unescape(found[1])


def state() -> str:
    return str(database.read().value("SELECT state FROM campaign ORDER BY id DESC LIMIT 1"))


def test_from_the_form_to_a_scheduled_campaign_and_back(application: Application) -> None:
    client = application.signed_in("operator")
    assert "No campaign yet" in client.get("/campaigns").text
    shown = client.post("/campaigns/save", data={**FORM, "do": "preview"})
    assert "News for Ann" in shown.text
    assert "1 of 2" in shown.text
    second = client.post("/campaigns/save", data={**FORM, "do": "preview", "nth": "1"})
    assert "bob@example.org" in second.text
    assert "Dear customer" in second.text
    client.post("/campaigns/save", data=FORM)
    assert said(client, "/campaigns/1") == "campaign news is saved as a draft"
    assert "public_url is not set" in client.get("/campaigns/1").text
    client.post("/campaigns/1/schedule")
    assert "public_url is not set" in said(client, "/campaigns/1")
    reachable(application)
    client.post("/campaigns/1/schedule", data={"at": "2027-01-16T08:00"})
    assert said(client, "/campaigns/1") == "it begins at 2027-01-16 08:00, for 2 people"
    client.post("/campaigns/1/pause")
    assert state() == "paused"
    client.post("/campaigns/1/resume")
    assert state() == "scheduled"
    client.post("/campaigns/1/cancel")
    assert state() == "cancelled"
    client.post("/campaigns/1/resume")
    assert said(client, "/campaigns/1") == "news is cancelled: it cannot be resumed"
    client.post("/campaigns/1/copy")
    assert state() == "draft"
    actions = [row["action"] for row in application.audit()[:6]]
    assert actions == [
        "campaign add",
        "campaign cancel",
        "campaign resume",
        "campaign pause",
        "campaign schedule",
        "campaign add",
    ]


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"text": "Hello\n{{ nam }}"}, "text, line 2: there is no field 'nam'"),
        ({"subject": "{% for a in b %}{% endfor %}"}, "subject, line 1: for is not allowed"),
        ({"list": "email\nann@example.org\nnobody"}, "list, line 3: address: 'nobody' is not a mail address"),
        ({"sender": "Ann\r\nBcc: x@example.org"}, "sender: a line break"),
        ({"per_minute": "0"}, "per_minute: expected 1 to 60000, got 0"),
        ({"organisation": "nobody"}, "there is no organisation nobody"),
        ({"text": "{{ name.__class__ }}"}, "parts can be named of these fields only"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    application: Application, wrong: dict[str, str], problem: str
) -> None:
    client = application.signed_in("operator")
    answer = client.post("/campaigns/save", data={**FORM, **wrong})
    assert answer.status_code == 422
    assert problem in html.unescape(answer.text)
    assert "News for {{ name }}" in answer.text or "subject" in wrong
    assert database.read().value("SELECT COUNT(*) FROM campaign") == 0


def test_a_draft_that_somebody_else_changed_is_not_overwritten(application: Application) -> None:
    client = application.signed_in("operator")
    client.post("/campaigns/save", data=FORM)
    form = client.get("/campaigns/1/edit").text
    revision = re.search(r'name="revision" value="(\d+)"', form)
    assert revision is not None
    changed = {**FORM, "id": "1", "revision": revision[1]}
    client.post("/campaigns/save", data={**changed, "subject": "theirs"})
    answer = client.post("/campaigns/save", data={**changed, "subject": "mine"})
    assert "changed meanwhile" in answer.text
    assert database.read().value("SELECT subject FROM campaign") == "theirs"


def test_contacts_are_chosen_by_duty_and_organisation(application: Application) -> None:
    now = application.clock.now()

    def add(kind: str, **values: Any) -> None:
        whole = checked(find(kind), values)
        database.write(lambda tx: write.create(tx, kind, whole, now=now))

    add("organisation", name="acme")
    add("contact", organisation="acme", name="Accounts", email="bill@example.org", duties=("billing",))
    add("contact", organisation="acme", name="Desk", email="desk@example.org", duties=("technical",))
    client = application.signed_in("operator")
    data = {**FORM, "list": "", "duties": ["technical"], "organisations": "ACME", "do": "preview"}
    shown = client.post("/campaigns/save", data=data).text
    assert "desk@example.org" in shown
    assert "1 of 1" in shown


def test_a_viewer_looks_and_does_nothing(application: Application) -> None:
    application.signed_in("operator").post("/campaigns/save", data={**FORM, "name": EVIL})
    client = application.signed_in("viewer")
    for path in ("/campaigns", "/campaigns/1"):
        assert EVIL not in client.get(path).text
        assert html.escape(EVIL) in client.get(path).text
    for path in ("/campaigns/save", "/campaigns/1/schedule", "/campaigns/1/cancel", "/campaigns/suppressed"):
        assert client.post(path).status_code == 403


def sent_campaign(application: Application) -> str:
    """The link of a recipient of a campaign that has begun."""
    client = application.signed_in("operator")
    client.post("/campaigns/save", data=FORM)
    now = application.clock.now()
    row = kept.one(database.read(), 1)
    assert row is not None
    people = list(recipients.people(database.read(), kept.read(row).audience))
    recipients.freeze(database.write, 1, people)
    key = database.write(lambda tx: suppressed.key(tx, now))
    return f"/unsubscribe/{token(key, 1)}"


def test_a_look_at_the_link_changes_nothing_and_the_button_unsubscribes(application: Application) -> None:
    link = sent_campaign(application)
    nobody = application.visitor()
    page = nobody.get(link)
    assert (page.status_code, page.headers["cache-control"]) == (200, "no-store")
    assert "ann@example.org" in page.text
    assert suppressed.page(database.read(), None, 10)[0] == []
    done = nobody.post(link)
    assert "You are unsubscribed" in done.text
    (row,) = suppressed.page(database.read(), None, 10)[0]
    assert (row["address"], row["why"]) == ("ann@example.org", "unsubscribed")
    assert nobody.post(link).status_code == 200
    assert [row["action"] for row in application.audit()].count("unsubscribe") == 1
    assert recipients.counts(database.read(), [1])[1] == {"unsubscribed": 1, "waiting": 1}


def test_a_mail_program_unsubscribes_with_one_post_of_its_own(application: Application) -> None:
    """RFC 8058: no cookie, no page before it, from anywhere."""
    link = sent_campaign(application)
    program = application.visitor(**{"sec-fetch-site": "cross-site", "origin": "https://mail.example.net"})
    assert program.post(link, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert suppressed.page(database.read(), None, 10)[0][0]["address"] == "ann@example.org"
    # Everything else still wants to come from our own pages.
    assert program.post("/campaigns/1/cancel").status_code == 403


def test_a_link_that_is_not_ours_tells_nothing(application: Application) -> None:
    link = sent_campaign(application)
    nobody = application.visitor()
    other = "A" if link[-1] != "A" else "B"  # a fixed letter would be the right one now and then
    for wrong in (link[:-1] + other, "/unsubscribe/1", "/unsubscribe/" + "a" * 32):
        assert nobody.get(wrong).status_code == 404
        assert nobody.post(wrong).status_code == 404
    assert suppressed.page(database.read(), None, 10)[0] == []


def test_an_operator_suppresses_an_address_and_takes_that_back(application: Application) -> None:
    client = application.signed_in("operator")
    client.post("/campaigns/suppressed", data={"address": "Ann@Example.org"})
    assert "ann@example.org" in client.get("/campaigns/suppressed?q=ANN").text
    client.post("/campaigns/suppressed/remove", data={"address": "ann@example.org"})
    assert "Nobody has asked" in client.get("/campaigns/suppressed").text


def test_the_mail_log_finds_a_mail_by_recipient_state_and_subject(application: Application) -> None:
    now = application.clock.now()
    for n in range(3):
        draft = Draft(
            once_key=str(n),
            to=(f"p{n}@example.org",),
            subject=f"Invoice {n} {EVIL}",
            text="the secret text",
            family="helpdesk" if n else None,
        )
        database.write(lambda tx, draft=draft: put(tx, draft, now))  # type: ignore[misc]
    client = application.signed_in("viewer")
    text = client.get("/mail").text
    assert EVIL not in text
    assert "p0@example.org" in text
    for query, found in (("to=P1@example.org", "p1"), ("q=invoice+2", "p2")):
        text = client.get(f"/mail?{query}").text
        assert [name for name in ("p0", "p1", "p2") if f"{name}@" in text.partition('id="table"')[2]] == [
            found
        ]
    assert "p0@" not in client.get("/mail?family=helpdesk").text.partition('id="table"')[2]
    assert "No mail is like that" in client.get("/mail?state=sent").text
    assert "the secret text" not in client.get("/mail/1").text
    operator = application.signed_in("operator")
    assert "the secret text" in operator.get("/mail/1").text
    assert client.post("/mail/1/cancel").status_code == 403
    operator.post("/mail/1/cancel")
    assert "cancelled by" in operator.get("/mail/1").text
    operator.post("/mail/1/retry")
    assert database.read().value("SELECT state FROM mail WHERE id = 1") == "queued"
    operator.post("/mail/99/retry")
    assert "there is no mail 99" in said(operator, "/mail")


def test_the_api_tells_the_same(application: Application) -> None:
    reachable(application)
    program = application.program(application.token(role="operator"))
    body = {"name": "n", "subject": "s", "text": "t", "audience": {"list": "a@example.org\nA@example.org"}}
    made = program.post("/api/v1/campaigns", json=body)
    assert (made.status_code, made.json()["people"], made.json()["state"]) == (201, 1, "draft")
    assert program.post("/api/v1/campaigns", json=body).status_code == 409
    assert program.post("/api/v1/campaigns/1/schedule", json={}).json()["state"] == "scheduled"
    assert program.post("/api/v1/campaigns/1/pause").json()["state"] == "paused"
    assert program.post("/api/v1/campaigns/1/pause").status_code == 409
    assert program.post("/api/v1/campaigns/9/pause").status_code == 404
    assert program.get("/api/v1/campaigns").json()["campaigns"][0]["name"] == "n"
    assert program.get("/api/v1/campaigns/1/recipients").json()["recipients"] == []
    assert program.get("/api/v1/mails").json() == {"mails": [], "next": None}
