"""Campaigns in every state with recipients, mails in the log, and a workflow with runs good and bad."""

from __future__ import annotations

from dataclasses import replace

from domain.campaign.audience import Audience
from domain.campaign.campaign import Campaign
from domain.campaign.unsubscribing import token
from domain.mail.draft import Draft
from domain.workflow.checked import checked
from domain.workflow.definition import from_plain
from node.site import Site
from store import database, event, setting
from store.campaign import kept, recipients, suppressed
from store.outbox import by_hand
from store.outbox.put import put
from store.workflow import kept as workflows
from store.workflow import set_off

KEY = bytes(32)
#: The link of the first recipient.
TOKEN = token(KEY, 1)
LONG = "a-name-of-a-mailbox-that-is-longer-than-most@a-domain-of-many-letters.example.org"


def build(here: Site) -> None:
    """Everything into the open database of a site."""
    now = here.clock.now()
    database.write(lambda tx: setting.put(tx, suppressed.KEY, KEY.hex(), now))
    _campaigns(now)
    _workflow(now)


def _campaigns(now: float) -> None:
    people = (("ann@example.org", "Ann", "acme"), (LONG, "Łódź " * 10, "Łódź Hosting"))
    made = Campaign("Maintenance", "At {{ organisation }}", "Dear {{ name }}\n", Audience(people=people))
    for name, state in (("Maintenance", "sending"), ("Prices", "draft"), ("Old news", "cancelled")):
        campaign = replace(made, name=name)
        number = database.write(lambda tx, campaign=campaign: kept.add(tx, campaign, None, "ann", now)) or 0  # type: ignore[misc]
        if state == "cancelled":
            database.write(lambda tx, number=number: kept.move(tx, number, ("draft",), "cancelled", now))  # type: ignore[misc]
    database.write(lambda tx: kept.move(tx, 1, ("draft",), "scheduled", now, starts_at=now))
    recipients.freeze(database.write, 1, list(recipients.people(database.read(), made.audience)))
    database.write(lambda tx: kept.begin(tx, 1, False, now))
    for number, (address, _, _) in enumerate(people, 1):
        draft = Draft(
            once_key=f"scene {number}", to=(address,), subject=f"At {number}", text="Dear", source="x"
        )
        database.write(lambda tx, draft=draft, number=number: recipients.queue(tx, {number: draft}, now))  # type: ignore[misc]
    draft = Draft(once_key="scene", to=(LONG,), subject="An invoice " * 9, text="Dear", family="helpdesk")
    mail_id = database.write(lambda tx: put(tx, draft, now)) or 0
    database.write(lambda tx: by_hand.cancel(tx, mail_id, "ann", now))
    database.write(
        lambda tx: suppressed.add(tx, LONG, "unsubscribed", now, said="by the link in Maintenance")
    )


def _workflow(now: float) -> None:
    actions = [
        {"kind": "mail", "to": "desk@example.org", "subject": "{{ event }}", "text": "{{ text }}"},
        {"kind": "http", "method": "POST", "address": "https://example.org/" + "orders/" * 20},
        {"kind": "job", "job": "a_job", "organisation": "acme", "args": '{"size": 5}'},
        {"kind": "event", "type": "told", "severity": "info", "text": "it was told"},
    ]
    conditions = [{"field": "data.amount", "operator": "more", "value": "3"}]
    made = checked(from_plain({"event": "scene.paid", "conditions": conditions, "actions": actions}))
    database.write(lambda tx: workflows.add(tx, "Tell the desk", made, "ann", now - 60))
    on = workflows.listening(database.read())
    database.write(lambda tx: set_off.fill(tx, "event", on, now))
    for amount in (5, 6):
        values = {"at": now, "type": "scene.paid", "severity": "info", "sender": "billing", "text": "paid"}
        database.write(lambda tx, v=values, n=amount: event.add(tx, **v, data={"amount": n}))  # type: ignore[misc]
    database.write(lambda tx: set_off.fill(tx, "event", on, now))
    database.write(
        lambda tx: set_off.fail(tx, 2, "step 2 (http): https://example.org:443: it answers 404", now)
    )
