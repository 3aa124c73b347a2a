"""The editor of a service: a form in a dialog, or a page of its own where there is no script."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from actors.service import Service
from domain.time.spoken import count
from node.site import Site
from store import database
from web.access.guard import NotAllowed, Operator, Viewer
from web.access.who import Who
from web.acts.edit_service import Edited, EditProblems, edit
from web.acts.machines import restart
from web.acts.named import usable
from web.acts.refusal import Refusal
from web.api.problem import status_of
from web.here import Here
from web.pages import editor_view
from web.pages.dialog import CLOSED
from web.pages.editor_conflict import Conflict, conflict
from web.pages.editor_sent import Typed, anew, text_of, typed
from web.pages.form_sent import Sent
from web.pages.notice import acted, partial
from web.pages.render import fragment, render
from web.shown import services
from web.shown.form import options_form
from web.shown.preview import preview

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Said:
    """What the form says above its fields."""

    status: int = 200
    good: str = ""
    bad: str = ""
    problems: Mapping[str, str] = field(default_factory=dict)
    conflict: Conflict | None = None


@router.get("/services/{name}/edit")
def show(request: Request, who: Viewer, site: Here, name: str) -> Response:
    """The form as the service is now. Raises Refusal (unknown_service, legacy, off, planned)."""
    return _form(request, site, who, usable(site, name), page="hx-request" not in request.headers)


@router.post("/services/{name}/preview")
def look(request: Request, who: Viewer, site: Here, name: str, sent: Sent) -> Response:
    """What the typed values would come to, and each problem at its field. Nothing is written."""
    service = usable(site, name)
    form = typed(site, service, who, sent)
    shown = services.one(site, database.read(), service.name)
    seen = _preview(site, service, shown, form)
    fields = editor_view.slots(options_form(service, shown))
    return HTMLResponse(fragment("_preview.html", **seen, row=shown, slots=fields, parts=True))


@router.post("/services/{name}/edit")
def save(request: Request, who: Operator, site: Here, name: str, sent: Sent) -> Response:
    """OK, Apply, or one of the buttons that only change the form.

    Raises NotAllowed, Refusal (unknown_service, legacy, off, planned).
    """
    service = usable(site, name)
    page = text_of(sent, "page") == "yes" or "hx-request" not in request.headers
    form = typed(site, service, who, sent)
    do = text_of(sent, "do")
    if form.takes_admin and not who.may("admin"):
        raise NotAllowed("admin", who)
    if fill := text_of(sent, "fill"):
        offered = {"kind": ["fixed_time"], "times": [fill], "period": form.was.get("period", [])}
        filled = anew(site, service, form, now=form.now | offered)
        return _form(request, site, who, service, page=page, form=filled)
    if do == "restart":
        said = _restart(site, service, who)
        return _form(request, site, who, service, page=page, form=form, said=said)
    if do not in ("ok", "apply"):
        return _form(request, site, who, service, page=page, form=form)
    try:
        shown = edit(site, name, form.changes, by=who.name, expect=form.expect, reason=form.reason or None)
    except Edited as error:
        return _conflict(request, site, who, service, page, form, error)
    except EditProblems as error:
        said = Said(422, problems=error.problems)
        return _form(request, site, who, service, page=page, form=form, said=said)
    except Refusal as error:
        said = Said(status_of(error), bad=str(error))
        return _form(request, site, who, service, page=page, form=form, said=said)
    text = f"{service.title}: {'saved' if shown['revision'] != form.expect else 'nothing was changed'}"
    if do == "apply":
        return _form(request, site, who, service, page=page, said=Said(good=text))
    if page:
        return acted(request, text, to="/")
    return HTMLResponse(partial(text) + CLOSED)


def _restart(site: Site, service: Service, who: Who) -> Said:
    try:
        number = restart(site, service.name, by=who.name)
    except Refusal as error:
        return Said(status_of(error), bad=str(error))
    return Said(good=f"{service.title}: {count(number, 'instance')} restart{'s' if number == 1 else ''}")


def _conflict(
    request: Request, site: Site, who: Who, service: Service, page: bool, sent: Typed, error: Edited
) -> Response:
    """Nothing was written: both versions, and a form on the newer one that keeps one's own changes."""
    found = conflict(service, error, sent.now, sent.was, site.zone)
    kept = anew(site, service, sent, now=found.kept, was=found.was, expect=found.revision)
    said = Said(409, conflict=found)
    return _form(request, site, who, service, page=page, form=kept, said=said)


def _form(
    request: Request,
    site: Site,
    who: Who,
    service: Service,
    *,
    page: bool,
    form: Typed | None = None,
    said: Said | None = None,
) -> Response:
    """The editor; with `form` no value of it is lost, and it stays on the revision it was made on."""
    tx = database.read()
    shown = services.one(site, tx, service.name)
    values = editor_view.view(site, tx, service, shown, form.now if form else None)
    if form is not None:
        values |= {"was": json.dumps(form.was)}
    seen = _preview(site, service, shown, form)
    told = said or Said()
    values |= seen | {
        "problems": dict(told.problems) or (seen["problems"] if form and not told.conflict else {}),
        "revision": form.expect if form else shown["revision"],
        "revert": form.revert if form else [],
        "reason": form.reason if form else "",
        "said": told,
        "page": page,
        "parts": False,
        "may_switch": who.may("operator"),
        "may_edit": who.may("admin"),
    }
    if page and "hx-request" not in request.headers:
        inside = fragment("_editor.html", **values)
        return render(
            request, who, "editor.html", status_code=told.status, title=service.title, inside=inside
        )
    return HTMLResponse(fragment("_editor.html", **values), told.status)


def _preview(site: Site, service: Service, shown: Mapping[str, Any], form: Typed | None) -> dict[str, Any]:
    changes = dict(form.changes) if form else {}
    if "schedule" in changes.get("revert", ()):
        changes |= editor_view.rule_texts(editor_view.defaults_of(site, service))
        changes["revert"] = [each for each in changes["revert"] if each != "schedule"]
    seen = preview(site, database.read(), service.name, changes)
    marks = editor_view.marks_of(changes, shown, seen["problems"])
    return {"preview": seen, "problems": seen["problems"], "marks": marks}
