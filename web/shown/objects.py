"""Objects as the API, the page and the command line show them. Of a secret only its reference is seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from domain.objects.catalogue import KINDS
from domain.objects.checked import to_text
from domain.objects.field import ObjectField
from domain.objects.kind import Kind
from domain.report.written import csv_line
from domain.time.clock import rfc3339
from node.site import Site
from store.object import read, references
from store.tx import Tx

Shown = dict[str, Any]

#: How an export is described.
CSV_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {"description": "The file", "content": {"text/csv": {"schema": {"type": "string"}}}}
}
INSTANTS = ("created_at", "changed_at", "archived_at")


def kinds(site: Site, tx: Tx) -> list[Shown]:
    """Every kind with its fields and how many there are; `on`: its profile is switched on."""
    return [{**kind_shown(site, each), "count": read.count(tx, each)} for each in KINDS]


def kind_shown(site: Site, kind: Kind) -> Shown:
    """One kind as it is declared."""
    return {
        "name": kind.name,
        "title": kind.title,
        "plural": kind.plural,
        "about": kind.about,
        "family": kind.family,
        "profile": kind.profile,
        "on": kind.profile in site.profiles,
        "key": kind.key,
        "scope": kind.scope,
        "also": list(kind.also),
        "can_test": kind.connection is not None,
        "fields": [_field(each) for each in kind.fields],
    }


def page(
    tx: Tx,
    kind: Kind,
    *,
    text: str | None = None,
    equals: Mapping[str, Any] | None = None,
    archived: bool = False,
    limit: int = 50,
    cursor: int | None = None,
) -> Shown:
    """``{objects, next}``: by key; `next` is the cursor of the page that follows. Raises LookupError."""
    rows, following = read.page(
        tx, kind, text=text, equals=equals, archived=archived, limit=limit, after=cursor
    )
    return {"objects": [shown(kind, row) for row in rows], "next": following}


def one(tx: Tx, kind: Kind, object_id: int) -> Shown | None:
    """One object, also an archived one, with ``used_by``: the first objects that refer to it."""
    row = read.by_id(tx, kind, object_id)
    if row is None:
        return None
    found, number = references.users(tx, kind, object_id)
    users = [{"kind": each.kind, "id": each.id, "label": each.label, "field": each.field} for each in found]
    return {**shown(kind, row), "used_by": users, "used_by_count": number}


def shown(kind: Kind, row: Mapping[str, Any]) -> Shown:
    """A row, with its `label` and its times as RFC 3339."""
    times = {name: rfc3339(row[name]) for name in INSTANTS}
    return {"label": kind.label(dict(row)), **row, **times}


def written(connect: Callable[[], Tx], kind: Kind) -> Iterator[str]:
    """All of a kind as lines of CSV that can be imported again; no cell is a formula to a spreadsheet."""
    yield csv_line([field.name for field in kind.fields])
    for row in read.every(connect, kind):
        yield csv_line([_cell(field, row[field.name]) for field in kind.fields])


def _cell(field: ObjectField, value: Any) -> Any:
    return value if field.shape in ("whole", "number") else to_text(field, value)


def _field(field: ObjectField) -> Shown:
    return {
        "name": field.name,
        "title": field.title,
        "help": field.help,
        "shape": field.shape,
        "required": field.required,
        "default": field.default if not isinstance(field.default, tuple) else list(field.default),
        "choices": list(field.choices),
        "min": field.low,
        "max": field.high,
        "refers": field.refers,
    }
