"""Ordering a job: which kind, and the form that its arguments make."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from actors import job_kinds
from actors.job_fields import fields_of
from actors.job_kind import JobKind
from domain.objects.catalogue import find
from domain.objects.field import ObjectField
from store import database
from web.access.guard import Operator
from web.access.who import Who
from web.acts.jobs import Jobs
from web.acts.refusal import Refusal
from web.here import Here
from web.pages import object_form
from web.pages.form_sent import Sent
from web.pages.notice import acted
from web.pages.render import render
from web.shown import jobs as shown
from web.shown import objects

router = APIRouter(include_in_schema=False)

KindName = Annotated[str, Path(max_length=64)]
#: The form's own fields: no argument has a dot in its name.
ORGANISATION, OBJECT = "job.organisation", "job.object"
CHOICES = 200
_SAID = re.compile(r"(?:^|; |: )(?:argument: )?(\w+): (.+?)(?=; argument: |$)")


@dataclass(frozen=True)
class _Form:
    """What `web.pages.object_form` needs of a kind of job."""

    fields: tuple[ObjectField, ...]


@router.get("/jobs/new")
def choose(request: Request, site: Here, who: Operator) -> Response:
    """The kinds of jobs, by back end."""
    backends: dict[str, list[dict[str, Any]]] = {}
    for row in shown.kinds(site, database.read()):
        backends.setdefault(row["backend"], []).append(row)
    return render(request, who, "job_kinds.html", backends=backends)


@router.get("/jobs/new/{job_kind}")
def new(request: Request, job_kind: KindName, site: Here, who: Operator) -> Response:
    """The empty form; fields of the query string are filled in."""
    declared = _declared(site, job_kind)
    form = _form(declared)
    texts = object_form.texts_of(form, {})
    given = {name: value[:200] for name, value in request.query_params.items()}
    texts |= {name: value for name, value in given.items() if name in texts}
    own = {"organisation": given.get("organisation", ""), "object": given.get("object", "")}
    return _page(request, who, declared, form, texts, own)


@router.post("/jobs/new/{job_kind}")
def order(request: Request, job_kind: KindName, site: Here, who: Operator, sent: Sent) -> Response:
    """Order it, and go to it; what is wrong stands beside its field."""
    declared = _declared(site, job_kind)
    form = _form(declared)
    texts = object_form.sent(form, sent)
    own = {"organisation": str(sent.get(ORGANISATION, "")), "object": str(sent.get(OBJECT, ""))}
    reason = str(sent.get(object_form.REASON, "")).strip()[:300] or None
    try:
        args = object_form.values(form, texts, [])
        added = Jobs(site, by=who.name, reason=reason).add(job_kind, args=args, **own)
    except Refusal as refusal:
        return _page(request, who, declared, form, texts, own, refusal)
    return acted(request, f"Job {added.id} is ordered: {declared.title}", to=f"/jobs/{added.id}")


def _page(
    request: Request,
    who: Who,
    kind: JobKind,
    form: _Form,
    texts: object_form.Texts,
    own: Mapping[str, str],
    refusal: Refusal | None = None,
) -> Response:
    said = "" if refusal is None else str(refusal).removeprefix(f"{kind.name}: ")
    names = {field.name for field in form.fields} | set(own)
    problems = {name: text for name, text in _SAID.findall(said) if name in names}
    tx = database.read()
    rows = objects.page(tx, find("organisation"), limit=CHOICES)["objects"]
    return render(
        request,
        who,
        "job_new.html",
        status_code=200 if refusal is None else 422,
        kind=kind,
        own=own,
        problems=problems,
        lines=object_form.lines(form, texts, {}, problems),
        refusal=said if said and not problems else "Not ordered: look at what is marked" if said else "",
        organisations=[row["name"] for row in rows],
        choices={},
        of_job=True,
    )


def _declared(site: Here, name: str) -> JobKind:
    try:
        return job_kinds.find(shown.declared(site), name)
    except job_kinds.UnknownKind as error:
        raise Refusal("unknown_kind", str(error)) from None


def _form(kind: JobKind) -> _Form:
    try:
        return _Form(fields_of(kind))
    except TypeError as error:
        text = f"no form can be made for {kind.name}: {error}; order it by `tickworks jobs add`"
        raise Refusal("bad_value", text) from None
