"""The form of a campaign: what was typed becomes a campaign, and the other way round."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from starlette.datastructures import FormData

from domain.campaign import audience
from domain.campaign.audience import DUTIES, KINDS, Audience
from domain.campaign.campaign import FIELDS, Campaign, checked
from domain.mail.problem import MailProblem

Typed = dict[str, Any]

CHOICES = {"duties": DUTIES, "kinds": KINDS, "fields": FIELDS}
EMPTY: Typed = {
    "name": "",
    "organisation": "",
    "sender": "",
    "subject": "",
    "text": "",
    "organisations": "",
    "kinds": (),
    "duties": (),
    "list": "",
    "per_minute": "60",
    "batch": "100",
}


def typed(form: FormData) -> Typed:
    """What the form says."""
    found: Typed = {name: _text(form, name) for name, value in EMPTY.items() if isinstance(value, str)}
    for name in ("kinds", "duties"):
        found[name] = tuple(str(value) for value in form.getlist(name))
    return found


def of(made: Campaign) -> Typed:
    """What the form says of a campaign that is kept."""
    chosen = made.audience
    rows = [",".join(_cell(cell) for cell in row) for row in chosen.people]
    return {
        **{key: value for key, value in asdict(made).items() if key in ("name", "sender", "subject")},
        "organisation": made.organisation or "",
        "text": made.body,
        "organisations": ", ".join(chosen.organisations),
        "kinds": chosen.kinds,
        "duties": chosen.duties,
        "list": "\n".join(["email,name,organisation", *rows]) if rows else "",
        "per_minute": str(made.per_minute),
        "batch": str(made.batch),
    }


def campaign(said: Typed) -> Campaign:
    """The campaign of what was typed. Raises MailProblem with all that is wrong with it."""
    names = tuple(name.strip() for name in said["organisations"].split(",") if name.strip())
    made = Campaign(
        name=said["name"].strip(),
        subject=said["subject"],
        body=said["text"].replace("\r\n", "\n"),
        audience=audience.checked(
            Audience(names, tuple(said["kinds"]), tuple(said["duties"]), audience.people(said["list"]))
        ),
        organisation=said["organisation"].strip() or None,
        sender=said["sender"].strip(),
        per_minute=_whole("per_minute", said["per_minute"]),
        batch=_whole("batch", said["batch"]),
    )
    return checked(made)


def _whole(name: str, text: str) -> int:
    if not (text.strip().isascii() and text.strip().isdigit() and len(text) < 10):
        raise MailProblem(f"{name}: expected a number, got {text!r}")
    return int(text)


def _cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in ',"\n') else text


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""
