"""Events configuration: which events go to whom by mail."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, Response
from markupsafe import Markup

from domain.digest import WORDS
from store import database, service
from web.access.guard import Admin, Viewer
from web.access.who import Who
from web.acts import events as acts
from web.acts.refusal import Refusal
from web.here import Here
from web.pages.acting import act
from web.pages.dialog import dialog
from web.pages.job_rows import printable
from web.pages.render import fragment, render
from web.shown import events as shown

router = APIRouter(include_in_schema=False)

Text = Annotated[str, Form(max_length=10_000)]
Name = Annotated[str, Form(max_length=200)]
#: What mails the events, each time it runs.
MAILS = "events_manager"
RULES = "/events/rules"
FORM = "_event_rule.html"
#: What differs in a conflict, by field.
LABELS = {
    "types": "Types",
    "senders": "Senders",
    "tags": "Tags",
    "recipients": "Recipients",
    "enabled": "Send mail",
}


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
    return dialog(request, who, FORM, title, **_form(rule, title, new=new))


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
    revision: Name = "",
) -> Response:
    """Add or change a rule; a newer edit of somebody else is shown beside one's own, and stays."""
    typed: dict[str, Any] = {
        "types": [*types, *_words(other_types)],
        "senders": _words(senders),
        "tags": _words(tags),
        "enabled": enabled == "yes",
    }
    adds = new == "yes"

    def work() -> str:
        expect = None if adds else _revision(revision)
        made = acts.save_rule(
            site, name.strip(), to=_words(to), **typed, by=who.name, new=adds, expect=expect
        )
        return f"Rule {made.name} is {'added' if adds else 'saved'}"

    try:
        return act(request, work, to=RULES, but=(acts.RuleEdited,))
    except acts.RuleEdited as error:
        mine = {**typed, "recipients": _words(to), "name": error.current.name}
        return _conflict(request, who, mine, error)


@router.post("/events/rules/switch")
def switch(request: Request, who: Admin, site: Here, name: Name, on: Name) -> Response:
    """Let a rule send mail, or keep it without sending."""

    def work() -> str:
        changed = acts.switch_rule(site, name, on == "yes", by=who.name)
        return f"Rule {name}: {'enabled' if on == 'yes' else 'disabled'}{'' if changed else ' already'}"

    return act(request, work, to=RULES)


@router.post("/events/rules/delete")
def delete(request: Request, who: Admin, site: Here, name: Name, revision: Name = "") -> Response:
    """Delete a rule, unless somebody else has edited it meanwhile."""

    def work() -> str:
        acts.delete_rule(site, name, by=who.name, expect=_revision(revision))
        return f"Rule {name} is deleted"

    return act(request, work, to=RULES)


def _form(rule: dict[str, Any], title: str, **more: Any) -> dict[str, Any]:
    """What the form's template needs."""
    other = [word for word in rule["types"] if word not in WORDS]
    return {"rule": rule, "title": title, "other": other, "types": WORDS, "new": False, "said": "", **more}


def _conflict(request: Request, who: Who, mine: dict[str, Any], error: acts.RuleEdited) -> Response:
    """Nothing was written: both versions, and a form on the newer one that keeps what was typed."""
    theirs = asdict(error.current)
    differences = [
        (label, _said(mine[key]), _said(theirs[key]))
        for key, label in LABELS.items()
        if _said(mine[key]) != _said(theirs[key])
    ]
    rule = {**theirs, **mine}
    title = f"Rule {rule['name']}"
    values = _form(rule, title, said=str(error), differences=differences)
    if "hx-request" in request.headers:
        inside = Markup('<hx-partial hx-target="#dialog" hx-swap="innerHTML">{}</hx-partial>')
        return HTMLResponse(inside.format(Markup(fragment(FORM, **values))), 409)
    answer = dialog(request, who, FORM, title, **values)
    answer.status_code = 409
    return answer


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) or "any"


def _revision(text: str) -> int:
    """A form that does not say what it was made on has seen nothing: it overwrites nothing."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else -1


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
    "revision": 0,
}
