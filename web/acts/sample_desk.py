"""Tickets, the campaign and the workflow of the hosting sample: made with it, and taken away with it.

They have no mark of their own: their numbers are kept as a setting of the site.
"""

from __future__ import annotations

from domain.campaign import campaign as campaigns
from domain.sample import desk, hosting
from domain.workflow.checked import checked
from store import setting
from store.campaign import kept as kept_campaigns
from store.helpdesk import message, people, ticket
from store.helpdesk.message import Message
from store.object import read as objects
from store.tx import Tx
from store.workflow import kept as kept_workflows
from web.acts.refusal import Refusal
from web.shown.sample import SETTING

Numbers = dict[str, list[int]]
Kept = list[dict[str, str]]


def add_all(tx: Tx, by: str, now: float) -> dict[str, int]:
    """Make them; how many of each. Raises Refusal (name_taken)."""
    made: Numbers = {
        "ticket": [_ticket(tx, each, now) for each in desk.tickets()],
        "campaign": [_campaign(tx, by, now)],
        "workflow": [_workflow(tx, by, now)],
    }
    before = _numbers(tx)
    setting.put(tx, SETTING, {what: before[what] + made[what] for what in desk.WHAT}, now)
    return {what: len(numbers) for what, numbers in made.items()}


def clear(tx: Tx, now: float) -> tuple[dict[str, int], Kept]:
    """Take them away, whatever was done with them: how many went, and what stays, with the reason."""
    numbers = _numbers(tx)
    gone = {"ticket": sum(ticket.forget(tx, number) for number in numbers["ticket"])}
    stay: Numbers = {what: [] for what in desk.WHAT}
    kept: Kept = []
    for number in numbers["campaign"]:
        row = kept_campaigns.one(tx, number)
        if row is not None and not kept_campaigns.forget(tx, number):
            stay["campaign"].append(number)
            why = f"it is {row['state']}: cancel it first"
            kept.append({"kind": "campaign", "object": row["name"], "why": why})
        elif row is not None:
            gone["campaign"] = gone.get("campaign", 0) + 1
    gone["workflow"] = sum(kept_workflows.archive(tx, number, now) for number in numbers["workflow"])
    if any(stay.values()):
        setting.put(tx, SETTING, stay, now)
    else:
        setting.remove(tx, SETTING)
    return {what: number for what, number in gone.items() if number}, kept


def _numbers(tx: Tx) -> Numbers:
    found = setting.get(tx, SETTING) or {}
    return {what: list(found.get(what, [])) for what in desk.WHAT}


def _ticket(tx: Tx, given: desk.Sample, now: float) -> int:
    name, address = given.requester
    contact = people.contact_of(tx, address) or {}
    department = objects.by_key(tx, "department", given.department) if given.department else None
    began, ended = (now - given.letters[place].hours * 3600 for place in (0, -1))
    values = {
        "subject": given.subject,
        "requester": address,
        "requester_name": name,
        "organisation_id": contact.get("organisation_id"),
        "contact_id": contact.get("id"),
        "department_id": department["id"] if department else None,
        "priority": given.priority,
        "state": "unconfirmed" if given.state == "unconfirmed" else "open",
    }
    number = ticket.create(tx, values, began)
    staff = people.staff_named(tx, given.assigned_to)
    if staff is not None:
        ticket.change(tx, number, "assigned_to", staff["id"], began)
    for each in given.letters:
        sender = (f"{name} <{address}>" if name else address) if each.direction == "in" else given.assigned_to
        message.add(tx, Message(number, each.direction, sender, each.text, now - each.hours * 3600))
    if given.state in ("waiting", "closed", "deleted"):
        ticket.move(tx, number, given.state, ended)
    else:
        ticket.touch(tx, number, ended, None)
    return number


def _campaign(tx: Tx, by: str, now: float) -> int:
    made = campaigns.checked(desk.campaign(hosting.PROVIDER))
    number = kept_campaigns.add(tx, made, None, by, now)
    if number is None:
        raise _taken("campaign", made.name)
    return number


def _workflow(tx: Tx, by: str, now: float) -> int:
    name, definition = desk.workflow(hosting.DUTY_ADDRESS)
    number = kept_workflows.add(tx, name, checked(definition), by, now)
    if number is None:
        raise _taken("workflow", name)
    kept_workflows.switch(tx, number, False, now)
    return number


def _taken(what: str, name: str) -> Refusal:
    text = f"there is a {what} {name} already, and the sample has one of that name"
    return Refusal("name_taken", f"{text}: rename yours, or take it away first")
