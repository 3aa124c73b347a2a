"""Events configuration: which events go to whom by mail."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response

from domain.digest import WORDS
from store import database, service
from web.access.guard import Admin, Viewer
from web.acts import events as acts
from web.acts.refusal import Refusal
from web.here import Here
from web.pages.acting import act
from web.pages.dialog import dialog
from web.pages.job_rows import printable
from web.pages.render import render
from web.shown import events as shown

router = APIRouter(include_in_schema=False)

Text = Annotated[str, Form(max_length=10_000)]
Name = Annotated[str, Form(max_length=200)]
#: What mails the events, each time it runs.
MAILS = "events_manager"
RULES = "/events/rules"


@router.get("/events/rules")
def rules(request: Request, who: Viewer) -> Response:
    """All rules, and when they are mailed."""
    tx = database.read()
    return render(
        request,
        who,
        "event_rules.html",
        rules=shown.rules(tx),
        rejected=shown.rejections_kept(tx),
        mails=service.one(tx, MAILS),
    )


@router.get("/events/rules/edit")
def edit(
    request: Request, who: Admin, name: Annotated[str, Query(max_length=200)] = "", new: bool = False
) -> Response:
    """The form of a rule, or of a new one. Raises Refusal (bad_value)."""
    rule: dict[str, Any] | None = NEW if new else shown.rule(database.read(), printable(name))
    if rule is None:
        raise Refusal("bad_value", f"there is no rule {printable(name)!r}: somebody has deleted it meanwhile")
    title = "New rule" if new else f"Rule {rule['name']}"
    other = [word for word in rule["types"] if word not in WORDS]
    return dialog(
        request, who, "_event_rule.html", title, rule=rule, new=new, title=title, other=other, types=WORDS
    )


@router.post("/events/rules")
def save(
    request: Request,
    who: Admin,
    site: Here,
    name: Name,
    to: Text = "",
    types: Annotated[list[str], Form()] = [],  # noqa: B006 - FastAPI copies it
    other_types: Text = "",
    senders: Text = "",
    tags: Text = "",
    enabled: Name = "",
    new: Name = "",
) -> Response:
    """Add or change a rule."""

    def work() -> str:
        made = acts.save_rule(
            site,
            name.strip(),
            to=_words(to),
            types=[*types, *_words(other_types)],
            senders=_words(senders),
            tags=_words(tags),
            enabled=enabled == "yes",
            by=who.name,
            new=new == "yes",
        )
        return f"Rule {made.name} is {'added' if new == 'yes' else 'saved'}"

    return act(request, work, to=RULES)


@router.post("/events/rules/switch")
def switch(request: Request, who: Admin, site: Here, name: Name, on: Name) -> Response:
    """Let a rule send mail, or keep it without sending."""

    def work() -> str:
        changed = acts.switch_rule(site, name, on == "yes", by=who.name)
        return f"Rule {name}: {'enabled' if on == 'yes' else 'disabled'}{'' if changed else ' already'}"

    return act(request, work, to=RULES)


@router.post("/events/rules/delete")
def delete(request: Request, who: Admin, site: Here, name: Name) -> Response:
    """Delete a rule."""

    def work() -> str:
        acts.delete_rule(site, name, by=who.name)
        return f"Rule {name} is deleted"

    return act(request, work, to=RULES)


def _words(text: str) -> list[str]:
    """Words with spaces, commas or line breaks between."""
    return list(dict.fromkeys(text.replace(",", " ").split()))


#: What the form of a new rule begins with.
NEW: dict[str, Any] = {
    "name": "",
    "types": ("failure", "missed"),
    "senders": (),
    "tags": (),
    "recipients": ("admin",),
    "enabled": True,
}
