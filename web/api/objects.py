"""Objects over HTTP: what operators supply, of each kind in the same way.

The ETag of an object is its revision. Secrets go in and never come out: of each its reference is shown.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Header, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from domain.objects.catalogue import KINDS
from domain.objects.checked import from_text
from domain.objects.kind import Kind
from domain.objects.scaled import SCALED, to_column
from store import database
from web.access.guard import Admin, Operator, Viewer
from web.acts.edit_service import EditProblems
from web.acts.object_import import import_file
from web.acts.object_named import alike, kind_named
from web.acts.objects import Objects
from web.acts.refusal import Refusal
from web.api.etag import expected, tag
from web.api.words import Json, Limit, Reason, Word
from web.here import Here
from web.shown import objects as shown

router = APIRouter(prefix="/api/v1")


async def _file(request: Request) -> bytes:
    """The body as it came; the gate bounds it (`web.access.readable`)."""
    return await request.body()


KindName = Annotated[Word, Path(alias="kind", description="A kind of object, such as `server`.")]
ObjectId = Annotated[int, Path(ge=1, le=2**63 - 1, description="An object's number.")]
IfMatch = Annotated[str | None, Header(description="The ETag of the object as it was looked at.")]
Key = Annotated[
    Word | None,
    Header(alias="Idempotency-Key", description="Remembered for 24 h: the same object answers."),
]
Fields = Annotated[Json, Body(description="Fields of the kind, and the `reason`.")]
#: The schemas of bodies that the kind itself checks; `web.api.description` adds one for each kind.
BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"anyOf": [{"$ref": f"#/components/schemas/object_{kind.name}"} for kind in KINDS]}
            }
        },
    }
}
FILE: dict[str, Any] = {
    "requestBody": {"required": True, "content": {"text/csv": {"schema": {"type": "string"}}}}
}


class Why(BaseModel):
    """Why it is done, for the audit."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason | None = None


@router.get("/objects")
def list_object_kinds(site: Here, who: Viewer) -> dict[str, Any]:
    """Every kind of object: its fields, and how many there are, as `tickworks object kinds --json`."""
    return {"kinds": shown.kinds(site, database.read())}


@router.get("/objects/{kind}")
def list_objects(
    kind_name: KindName,
    who: Viewer,
    q: Annotated[Word | None, Query(description="A part of any of its texts.")] = None,
    named: Annotated[Word | None, Query(description="Its key; SCOPE/KEY or id:NUMBER works too.")] = None,
    filter: Annotated[
        list[Word] | None, Query(max_length=20, description="field=value; may be repeated.")
    ] = None,
    archived: Annotated[bool, Query(description="Those that are archived instead.")] = False,
    limit: Limit = 50,
    cursor: Annotated[int | None, Query(ge=1, le=2**63 - 1, description="`next` of the page before.")] = None,
) -> dict[str, Any]:
    """Objects of a kind by key; ``next`` is null after the last page."""
    kind = kind_named(kind_name)
    tx = database.read()
    if named is not None:
        return {"objects": [shown.shown(kind, row) for row in alike(tx, kind, named)], "next": None}
    equals = _equals(kind, filter or [])
    return shown.page(tx, kind, text=q, equals=equals, archived=archived, limit=limit, cursor=cursor)


@router.post("/objects/{kind}", status_code=201, openapi_extra=BODY)
def add_object(
    kind_name: KindName, body: Fields, site: Here, who: Admin, response: Response, key: Key = None
) -> dict[str, Any]:
    """Add an object; 201 with it, or 200 with the object that the same key has made before."""
    kind = kind_named(kind_name)
    reason, values = _read(body)
    added = Objects(site, by=who.name, reason=reason).add(kind, values, key)
    if not added.new:
        response.status_code = 200
    tag(response, added.object["revision"])
    return added.object


@router.get("/objects/{kind}/export", response_class=Response, responses=shown.CSV_ANSWER)
def export_objects(kind_name: KindName, who: Viewer) -> Response:
    """All objects of a kind as CSV, which can be imported again; of a secret only its reference."""
    kind = kind_named(kind_name)
    return StreamingResponse(
        shown.written(database.read, kind),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{kind.name}.csv"'},
    )


@router.post("/objects/{kind}/import", openapi_extra=FILE)
def import_objects(
    kind_name: KindName,
    data: Annotated[bytes, Depends(_file)],
    site: Here,
    who: Admin,
    preview: Annotated[bool, Query(description="Only say what each row would do.")] = False,
    reason: Annotated[Reason | None, Query()] = None,
) -> dict[str, Any]:
    """Add and change objects as a CSV file says; a row that is wrong is named and loses nobody else's."""
    kind = kind_named(kind_name)
    return import_file(site, kind, data, by=who.name, preview=preview, reason=reason).shown()


@router.get("/objects/{kind}/{object_id}")
def one_object(kind_name: KindName, object_id: ObjectId, who: Viewer, response: Response) -> dict[str, Any]:
    """One object, also an archived one, and who refers to it; its ETag goes with a change."""
    kind = kind_named(kind_name)
    found = shown.one(database.read(), kind, object_id)
    if found is None:
        where = f"GET /api/v1/objects/{kind.name} lists them"
        raise Refusal("unknown_object", f"there is no {kind.title.lower()} {object_id}: {where}")
    tag(response, found["revision"])
    return found


@router.patch("/objects/{kind}/{object_id}", openapi_extra=BODY)
def change_object(
    kind_name: KindName,
    object_id: ObjectId,
    body: Fields,
    site: Here,
    who: Admin,
    response: Response,
    if_match: IfMatch = None,
) -> dict[str, Any]:
    """Change any of its fields in one go; 412 with both versions if somebody else was faster."""
    kind = kind_named(kind_name)
    expect = expected(if_match, "object")
    reason, values = _read(body)
    changed = Objects(site, by=who.name, reason=reason).change(kind, object_id, values, expect)
    tag(response, changed["revision"])
    return changed


@router.post("/objects/{kind}/{object_id}/archive", status_code=204)
def archive_object(
    kind_name: KindName,
    object_id: ObjectId,
    site: Here,
    who: Admin,
    body: Why | None = None,
    if_match: IfMatch = None,
) -> None:
    """Put an object away; refused with the list of those that refer to it.

    With If-Match 412 if somebody has changed it since.
    """
    kind = kind_named(kind_name)
    expect = expected(if_match, "object") if if_match else None
    Objects(site, by=who.name, reason=body.reason if body else None).archive(kind, object_id, expect)


@router.post("/objects/{kind}/{object_id}/test")
def try_connection(
    kind_name: KindName, object_id: ObjectId, site: Here, who: Operator, body: Why | None = None
) -> dict[str, Any]:
    """Try its connection: ``{"works", "lines": [{"ok", "text"}, …]}``."""
    kind = kind_named(kind_name)
    lines = Objects(site, by=who.name, reason=body.reason if body else None).test(kind, object_id)
    told = [{"ok": ok, "text": text} for ok, text in lines]
    return {"works": all(ok for ok, _ in lines), "lines": told}


def _read(body: dict[str, Any]) -> tuple[str | None, dict[str, Any]]:
    """The reason, and the fields. Raises EditProblems."""
    values = dict(body)
    try:
        reason = TypeAdapter(Reason | None).validate_python(values.pop("reason", None))
    except ValidationError as error:
        raise EditProblems({"reason": error.errors()[0]["msg"]}) from None
    return reason, values


def _equals(kind: Kind, given: list[str]) -> dict[str, Any]:
    """Values by field that are looked for. Raises Refusal."""
    found: dict[str, Any] = {}
    for each in given:
        name, equals, text = each.partition("=")
        field = kind.by_name.get(name)
        if not equals or field is None or field.shape in ("secret", "list", "table"):
            raise Refusal("bad_value", f"filter: expected field=value, got {each[:60]!r}")
        found[name] = _looked_for(kind, name, text)
    return found


def _looked_for(kind: Kind, name: str, text: str) -> Any:
    field = kind.by_name[name]
    value: Any = from_text(field, text) if text else None if field.nullable else ""
    try:
        if field.shape == "whole":
            value = int(value)
        elif field.shape == "number" and value is not None:
            value = float(value)
        if field.shape in SCALED:
            to_column(field, value)
        if field.shape == "switch" and not isinstance(value, bool):
            raise ValueError
        if field.shape in ("whole", "number") and value is not None and not abs(value) < 2**31:
            raise ValueError
    except (ValueError, TypeError, OverflowError):
        raise Refusal("bad_value", f"filter: {name}: {text[:60]!r} is no such value") from None
    return value
