"""Forcing a run: at the press of a button, or with what a form asks for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from secrets import token_hex
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response
from starlette.datastructures import FormData

from actors.service import Service
from node.site import Site
from store import database, node
from store.run import lookup
from web.access.guard import NotAllowed, Operator
from web.acts.force import force
from web.acts.named import usable
from web.acts.refusal import Refusal
from web.here import Here
from web.pages.acting import act
from web.pages.dialog import CLOSED, dialog
from web.pages.editor_form import option_texts
from web.pages.editor_sent import text_of
from web.pages.form_sent import Sent
from web.pages.notice import acted, partial
from web.shown import runs, services
from web.shown.form import arguments_form, read_arguments

router = APIRouter(include_in_schema=False)

LONGEST_REASON = 200


@router.get("/services/{name}/run")
def ask(
    request: Request,
    who: Operator,
    site: Here,
    name: str,
    like: Annotated[int | None, Query(ge=1, le=2**62)] = None,
) -> Response:
    """The form of a run with arguments, a node or one step; `like`: what another run had is filled in.

    Raises Refusal (unknown_service, legacy, off, planned, daemon).
    """
    service = usable(site, name)
    tx = database.read()
    row = services.one(site, tx, service.name)
    if row["kind"] == "daemon":
        raise Refusal("daemon", f"{service.title} is a daemon: it runs always")
    before = (lookup.by_id(tx, [like]).get(like) if like else None) or {}
    if before.get("service") != service.name:
        before = {}
    given = json.loads(before.get("args") or "{}")
    return dialog(
        request,
        who,
        "_run_with.html",
        f"Run {service.title}",
        row=row,
        fields=[each | {"texts": option_texts(each)} for each in arguments_form(service, given)],
        free=None if service.arguments or service.ours else _lines(given),
        nodes=_nodes(row),
        node=before.get("for_node") or "",
        steps=[task.title for task in service.tasks],
        step=before.get("step"),
        admin=who.may("admin"),
        once=token_hex(8),
    )


@router.post("/services/{name}/run")
def run(request: Request, who: Operator, site: Here, name: str, sent: Sent) -> Response:
    """One run, however often and by however many it is pressed while the row, or the form, is the same.

    Raises NotAllowed.
    """
    asked = text_of(sent, "dialog") == "yes"
    if text_of(sent, "preempt") and not who.may("admin"):
        raise NotAllowed("admin", who)
    if not asked:
        return act(request, lambda: _run(site, name, who.name, sent))
    try:
        said = _run(site, name, who.name, sent)
    except Refusal as refusal:
        return acted(request, str(refusal), tone="bad")
    if request.headers.get("hx-request"):
        return HTMLResponse(partial(said) + CLOSED)
    return acted(request, said, to=f"/services/{usable(site, name).name}")


def _run(site: Site, name: str, by: str, sent: FormData) -> str:
    service = usable(site, name)
    seen = text_of(sent, "seen")
    forced = force(
        site,
        name,
        by=by,
        args=_arguments(service, sent),
        node=text_of(sent, "node") or None,
        step=text_of(sent, "step") or None,
        reason=" ".join(text_of(sent, "reason").split())[:LONGEST_REASON] or None,
        key=f"page {name} {seen}"[:200] if seen else None,
        preempt=bool(text_of(sent, "preempt")),
        even_if_disabled=bool(text_of(sent, "even_if_disabled")),
    )
    ids = ", ".join(map(str, forced.run_ids))
    row = runs.one(site, database.read(), forced.run_ids[0]) or {}
    if forced.merged:
        return f"{service.title}: run {ids}, asked for by {row.get('requested_by')}, stands for this one"
    wait = row.get("waiting_reason")
    said = f"{service.title}: run {ids} {'waits: ' + wait if wait else 'starts'}"
    return (
        said if row.get("requested_by") in (by, None) else f"{said}; {row['requested_by']} has asked for it"
    )


def _arguments(service: Service, sent: FormData) -> dict[str, Any]:
    """Raises Refusal (bad_argument)."""
    if service.arguments:
        return read_arguments(service, {each: text_of(sent, each) for each in sent})
    found = {}
    for line in text_of(sent, "arguments").splitlines():
        name, equals, value = (part.strip() for part in line.partition("="))
        if name and not equals:
            raise Refusal("bad_argument", f"arguments: expected NAME=VALUE in each line, got {line[:80]!r}")
        if name:
            found[name] = value
    return found


def _lines(values: Mapping[str, Any]) -> str:
    texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in values.items()}
    return "\n".join(f"{name}={text}" for name, text in texts.items())


def _nodes(row: Mapping[str, Any]) -> list[str]:
    """The nodes that may run it and are up."""
    roles = set(row["allowed_nodes"])
    found = node.rows(database.read())
    return [each["name"] for each in found if each["state"] == "up" and roles & set(each["roles"].split())]
