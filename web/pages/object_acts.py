"""What pages do to objects besides their form: archive, test the connection, import and export."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response, StreamingResponse
from starlette.datastructures import UploadFile

from store import database
from web.access.guard import Admin, Operator, Viewer
from web.acts.object_import import import_file
from web.acts.object_named import kind_named
from web.acts.objects import Objects
from web.acts.refusal import Refusal
from web.here import Here
from web.pages import object_form
from web.pages.acting import act
from web.pages.dialog import dialog
from web.pages.objects import KindName, ObjectId, look, object_page
from web.pages.render import render
from web.shown import objects as shown

router = APIRouter(include_in_schema=False)

Reason = Annotated[str, Form(max_length=300)]


async def _uploaded(request: Request) -> tuple[bytes, bool]:
    """The file of the form, and whether it is only looked at."""
    async with request.form(max_files=1, max_fields=10) as form:
        file = form.get("file")
        data = await file.read() if isinstance(file, UploadFile) else str(file or "").encode()
        return data, form.get("do") != "import"


@router.get("/objects/{object_kind}/export")
def export(object_kind: KindName, who: Viewer) -> Response:
    """All objects of a kind as CSV."""
    kind = kind_named(object_kind)
    return StreamingResponse(
        shown.written(database.read, kind),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{kind.name}.csv"'},
    )


@router.get("/objects/{object_kind}/import")
def import_form(request: Request, object_kind: KindName, who: Admin) -> Response:
    """Where a file is chosen."""
    kind = kind_named(object_kind)
    return render(request, who, "object_import.html", kind=kind, done=None, refusal="")


@router.post("/objects/{object_kind}/import")
def import_sent(
    request: Request,
    object_kind: KindName,
    site: Here,
    who: Admin,
    uploaded: Annotated[tuple[bytes, bool], Depends(_uploaded)],
) -> Response:
    """What the file would do, or what it did."""
    kind = kind_named(object_kind)
    data, preview = uploaded
    done: dict[str, Any] | None = None
    said = ""
    try:
        done = import_file(site, kind, data, by=who.name, preview=preview).shown()
    except Refusal as refusal:
        said = str(refusal)
    status = 422 if said else 200
    return render(request, who, "object_import.html", status_code=status, kind=kind, done=done, refusal=said)


@router.get("/objects/{object_kind}/{object_id}/archive")
def archive_form(request: Request, object_kind: KindName, object_id: ObjectId, who: Admin) -> Response:
    """Asks once more."""
    kind = kind_named(object_kind)
    row = look(kind, object_id)
    return dialog(request, who, "_object_archive.html", f"Archive {row['label']}", kind=kind, row=row)


@router.post("/objects/{object_kind}/{object_id}/archive")
def archive(
    request: Request,
    object_kind: KindName,
    object_id: ObjectId,
    site: Here,
    who: Admin,
    revision: Annotated[int | None, Form(ge=1, le=2**63 - 1)] = None,
    reason: Reason = "",
) -> Response:
    """Put it away, and go back to the list."""
    kind = kind_named(object_kind)

    def work() -> str:
        row = look(kind, object_id)
        Objects(site, by=who.name, reason=reason.strip() or None).archive(kind, object_id, revision)
        return f"{kind.title} {row['label']} is archived"

    return act(request, work, to=f"/objects/{kind.name}")


@router.post("/objects/{object_kind}/{object_id}/test")
def test(request: Request, object_kind: KindName, object_id: ObjectId, site: Here, who: Operator) -> Response:
    """Try its connection; the page says line by line what happened."""
    kind = kind_named(object_kind)
    lines = Objects(site, by=who.name).test(kind, object_id)
    row = look(kind, object_id)
    return object_page(request, who, kind, row, object_form.texts_of(kind, row), tested=lines)
