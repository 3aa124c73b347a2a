"""The pages of objects: the kinds, the objects of a kind, and the form of one."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse, Response

from domain.objects.checked import to_text
from domain.objects.kind import Kind
from store import database
from web.access.guard import Admin, Viewer
from web.access.who import Who
from web.acts.edit_service import Edited, EditProblems
from web.acts.object_named import kind_named
from web.acts.objects import Objects, target
from web.acts.refusal import Refusal
from web.here import Here
from web.live.stream import own_address
from web.pages import object_form
from web.pages.form_sent import Sent
from web.pages.notice import acted
from web.pages.render import fragment, render
from web.shown import audit
from web.shown import objects as shown

router = APIRouter(include_in_schema=False)

Word = Annotated[str, Query(max_length=200)]
ROWS = 50
CHOICES = 50


KindName = Annotated[str, Path(max_length=60)]
ObjectId = Annotated[int, Path(ge=1, le=2**63 - 1)]


@router.get("/objects")
def index(request: Request, site: Here, who: Viewer) -> Response:
    """Every kind by family, with how many there are."""
    families: dict[str, list[dict[str, Any]]] = {}
    for row in shown.kinds(site, database.read()):
        families.setdefault(row["family"], []).append(row)
    return render(request, who, "objects.html", families=families)


@router.get("/objects/{object_kind}")
def listing(
    request: Request,
    object_kind: KindName,
    who: Viewer,
    q: Word = "",
    archived: bool = False,
    cursor: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None,
) -> Response:
    """The objects of a kind; to a search from the page itself, only the table."""
    kind = kind_named(object_kind)
    found = shown.page(
        database.read(), kind, text=q.strip() or None, archived=archived, limit=ROWS, cursor=cursor
    )
    kept: dict[str, Any] = {**({"q": q} if q else {}), **({"archived": "yes"} if archived else {})}
    following = urlencode({**kept, "cursor": found["next"]})
    values = {
        "kind": kind,
        "columns": object_form.shown_in_lists(kind),
        "rows": found["objects"],
        "cell": to_text,
        "asked": {"q": q, "archived": archived},
        "next": f"/objects/{kind.name}?{following}" if found["next"] else "",
        "first": f"/objects/{kind.name}?{urlencode(kept)}" if cursor else "",
    }
    if request.headers.get("hx-target", "").endswith("table"):
        html = fragment("_object_table.html", **values)
        return HTMLResponse(html, headers={"hx-replace-url": own_address(request)})
    return render(request, who, "object_list.html", **values)


@router.get("/objects/{object_kind}/choices")
def choices(request: Request, object_kind: KindName, who: Viewer) -> Response:
    """Keys of a kind that have a text in them, for a field that refers to it."""
    kind = kind_named(object_kind)
    text = next((value for value in request.query_params.values() if value.strip()), "")[:200]
    rows = shown.page(database.read(), kind, text=text.strip() or None, limit=CHOICES)["objects"]
    return HTMLResponse(fragment("_object_choices.html", rows=rows, key=kind.key))


@router.get("/objects/{object_kind}/new")
def new(request: Request, object_kind: KindName, who: Admin) -> Response:
    """The empty form; fields of the query string are filled in."""
    kind = kind_named(object_kind)
    texts = object_form.texts_of(kind, {})
    texts |= {name: value[:200] for name, value in request.query_params.items() if name in texts}
    return _new(request, who, kind, texts)


@router.post("/objects/{object_kind}/new")
def add(request: Request, object_kind: KindName, site: Here, who: Admin, form: Sent) -> Response:
    """Add an object, and go to it."""
    kind = kind_named(object_kind)
    texts = object_form.sent(kind, form)
    try:
        made = Objects(site, by=who.name, reason=_reason(form)).add(kind, object_form.values(kind, texts, []))
    except Refusal as refusal:
        return _new(request, who, kind, texts, refusal)
    said = f"{kind.title} {made.object['label']} is added"
    return acted(request, said, to=f"/objects/{kind.name}/{made.object['id']}")


@router.get("/objects/{object_kind}/{object_id}")
def one(request: Request, object_kind: KindName, object_id: ObjectId, who: Viewer) -> Response:
    """One object: its form, who refers to it, and what was done to it."""
    kind = kind_named(object_kind)
    row = look(kind, object_id)
    return object_page(request, who, kind, row, object_form.texts_of(kind, row))


@router.post("/objects/{object_kind}/{object_id}")
def change(
    request: Request, object_kind: KindName, object_id: ObjectId, site: Here, who: Admin, form: Sent
) -> Response:
    """Change an object; what somebody else has changed meanwhile is shown, and never written over unseen."""
    kind = kind_named(object_kind)
    texts = object_form.sent(kind, form)
    cleared = [str(each) for each in form.getlist(object_form.CLEAR)]
    looked_at = str(form.get(object_form.REVISION, ""))
    try:
        if not looked_at.isascii() or not looked_at.isdigit() or len(looked_at) > 18:
            raise Refusal("bad_value", "the form is not whole: open the page again")
        changes = object_form.values(kind, texts, cleared)
        done = Objects(site, by=who.name, reason=_reason(form)).change(
            kind, object_id, changes, int(looked_at)
        )
    except Refusal as refusal:
        if refusal.code == "unknown_object":
            raise
        return object_page(request, who, kind, look(kind, object_id), texts, refusal)
    return acted(request, f"{kind.title} {done['label']} is saved", to=f"/objects/{kind.name}/{object_id}")


def object_page(
    request: Request,
    who: Who,
    kind: Kind,
    row: dict[str, Any],
    texts: object_form.Texts,
    refusal: Refusal | None = None,
    tested: list[tuple[bool, str]] | None = None,
) -> Response:
    """The page of an object, with texts that may not have been taken, or with the result of a test."""
    theirs = refusal.current if isinstance(refusal, Edited) else None
    history = audit.of_object(database.read(), target(kind, row), 20)["audit"]
    return render(
        request,
        who,
        "object.html",
        status_code=200 if refusal is None else 412 if theirs else 422,
        kind=kind,
        row=row,
        lines=object_form.lines(kind, texts, row, _problems(refusal), theirs),
        refusal=_whole(refusal),
        conflict=theirs is not None,
        choices=_choices(kind),
        may=who.may("admin") and row["archived_at"] is None,
        tested=tested,
        history=history,
    )


def look(kind: Kind, object_id: int) -> dict[str, Any]:
    """An object. Raises Refusal."""
    row = shown.one(database.read(), kind, object_id)
    if row is None:
        raise Refusal("unknown_object", f"there is no {kind.title.lower()} {object_id}: look at all of them")
    return row


def _new(
    request: Request, who: Who, kind: Kind, texts: object_form.Texts, refusal: Refusal | None = None
) -> Response:
    return render(
        request,
        who,
        "object_new.html",
        status_code=200 if refusal is None else 422,
        kind=kind,
        row={},
        lines=object_form.lines(kind, texts, {}, _problems(refusal)),
        refusal=_whole(refusal),
        conflict=False,
        choices=_choices(kind),
    )


def _choices(kind: Kind) -> dict[str, list[str]]:
    """The first keys of each kind that this one refers to."""
    found: dict[str, list[str]] = {}
    for field in kind.references:
        other = kind_named(str(field.refers))
        rows = shown.page(database.read(), other, limit=CHOICES)["objects"]
        found[field.name] = [str(row[other.key]) for row in rows]
    return found


def _problems(refusal: Refusal | None) -> dict[str, str]:
    return refusal.problems if isinstance(refusal, EditProblems) else {}


def _whole(refusal: Refusal | None) -> str:
    """What is wrong with all of it, or how many fields are."""
    if refusal is None or not isinstance(refusal, EditProblems):
        return "" if refusal is None else str(refusal)
    return refusal.problems.get("") or "Not saved: look at what is marked"


def _reason(form: Any) -> str | None:
    return str(form.get(object_form.REASON, "")).strip()[:300] or None
