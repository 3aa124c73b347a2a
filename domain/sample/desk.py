"""The helpdesk of the sample hosting provider: its departments and rules, tickets, a campaign, a workflow.

Whoever writes there are the contacts of the sample's customers; nothing of it goes out by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from domain.campaign.audience import Audience
from domain.campaign.campaign import Campaign
from domain.workflow.definition import Action, Condition, Definition

#: What is no object of a kind, and is counted beside them.
WHAT = ("ticket", "campaign", "workflow")
SUPPORT, ACCOUNTS = "Support", "Accounts"


@dataclass(frozen=True)
class Letter:
    """`direction`: in, out or note; `hours` ago."""

    direction: str
    hours: float
    text: str


@dataclass(frozen=True)
class Sample:
    """A ticket; `requester`: name and address. `assigned_to`: staff by name, "" nobody."""

    subject: str
    requester: tuple[str, str]
    department: str
    letters: tuple[Letter, ...]
    state: str = "open"
    priority: str = "normal"
    assigned_to: str = ""


def departments(domain: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Kind and values of the departments, then of the rules for mail that comes in."""
    yield "department", {"name": SUPPORT, "sender": f"Support <support@{domain}>", "members": ("Duty desk",)}
    yield (
        "department",
        {"name": ACCOUNTS, "sender": f"Accounts <accounts@{domain}>", "members": ("Accounts desk",)},
    )
    yield _rule("Invoices to Accounts", 10, "subject", "invoice", action="department", department=ACCOUNTS)
    yield _rule("Outages are urgent", 20, "subject", "outage", action="priority", priority="urgent")
    yield _rule("No prize draws", 30, "subject", "you have won", action="spam")


def _rule(name: str, place: int, field: str, text: str, **more: str) -> tuple[str, dict[str, Any]]:
    return "mail_rule", {"name": name, "place": place, "field": field, "text": text, **more}


def tickets() -> tuple[Sample, ...]:
    """One or more in each state, the oldest first."""
    return (
        Sample(
            "Second address for the same mailbox",
            ("Technical desk", "technical@south-customer-2.example.org"),
            SUPPORT,
            (
                Letter("in", 120, "Can mail to info@ come into the same mailbox as office@?"),
                Letter("out", 118, "Yes: info@ is a second address of the mailbox now. Anything else?"),
                Letter("in", 117, "It works, thank you."),
            ),
            state="closed",
            assigned_to="Duty desk",
        ),
        Sample(
            "You have won a prize",
            ("", "draws@prizes.example.net"),
            "",
            (Letter("in", 50, "Send us your bank account to receive it."),),
            state="deleted",
        ),
        Sample(
            "Invoice 2041: the address is the old one",
            ("Accounts", "accounts@north-customer-2.example.org"),
            ACCOUNTS,
            (
                Letter("in", 30, "We moved in spring. Please write the invoice again with the new address."),
                Letter("note", 29, "The new address is not in their organisation yet."),
                Letter("out", 28, "Gladly. Which address shall stand on it, and from which day on?"),
            ),
            state="waiting",
            assigned_to="Accounts desk",
        ),
        Sample(
            "How do I publish a DKIM record?",
            ("", "somebody@nobody-yet.example.net"),
            SUPPORT,
            (Letter("in", 8, "I do not find where to add the TXT record."),),
            state="unconfirmed",
        ),
        Sample(
            "More room for backups",
            ("Technical desk", "technical@direct-customer-1.example.org"),
            SUPPORT,
            (Letter("in", 5, "We need 200 GB more from the first of next month. What would it cost?"),),
            priority="low",
        ),
        Sample(
            "Outage: our shop answers with error 502",
            ("Technical desk", "technical@north-customer-1.example.org"),
            SUPPORT,
            (
                Letter("in", 2, "Since ten minutes ago each page of the shop is an error 502."),
                Letter("note", 1.8, "The application server was restarted at night; looking at its log."),
                Letter("out", 1.7, "We see it too and are at work on it. You hear from us within the hour."),
                Letter("in", 0.5, "Some pages come again, the basket does not."),
            ),
            priority="urgent",
            assigned_to="Duty desk",
        ),
    )


def campaign(provider: str) -> Campaign:
    """A draft to the technical contacts below the provider."""
    return Campaign(
        name="Maintenance on Saturday",
        subject="Maintenance on Saturday night",
        body='Dear {{ name | default("customer", true) }},\n\n'
        "between 01:00 and 03:00 on Sunday morning our routers get new software. "
        "The servers of {{ organisation }} are out of reach for some minutes.\n\nYour provider",
        audience=Audience(organisations=(provider,), duties=("technical",)),
    )


def workflow(to: str) -> tuple[str, Definition]:
    """Name and definition of one that mails failures to an address."""
    texts = {"to": to, "subject": "{{ sender }}: {{ text }}", "text": "At {{ at }}: {{ text }}\n"}
    conditions = (Condition("severity", "is", "error"),)
    return "Failures to the duty desk", Definition(
        "failure", conditions=conditions, actions=(Action("mail", texts),)
    )
