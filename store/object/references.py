"""What leads from object to object: keys to ids, who refers to whom, and trees that stay trees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from domain.objects.catalogue import find, referring
from domain.objects.field import ObjectField
from domain.objects.kind import Kind
from store.object import read
from store.object.statement import rows
from store.tx import Tx


class BadReference(ValueError):
    """A field leads nowhere, or in a circle; `field` names it."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


@dataclass(frozen=True)
class User:
    """An object that refers to another by `field`."""

    kind: str
    id: int
    label: str
    field: str


def columns(tx: Tx, kind: Kind, values: Mapping[str, Any], own_id: int | None = None) -> dict[str, Any]:
    """Checked values by column: what refers to others by id. Raises BadReference."""
    found = {field.column: values[field.name] for field in kind.fields if not field.refers}
    for field in kind.references:
        found[field.column] = resolve(tx, kind, field, values[field.name], own_id)
    return found


def resolve(tx: Tx, kind: Kind, field: ObjectField, key: str | None, own_id: int | None = None) -> int | None:
    """The id of the object that a field leads to. Raises BadReference."""
    if key is None:
        return None
    other = find(str(field.refers))
    row = read.by_key(tx, other, key)
    if row is None:
        raise BadReference(field.name, f"there is no {other.title.lower()} {key!r}")
    if other is kind and own_id is not None and own_id in line(tx, kind, field, row["id"]):
        raise circle(field.name, key)
    return int(row["id"])


def circle(field: str, key: str) -> BadReference:
    """An object cannot stand below itself."""
    return BadReference(field, f"{key} is below it already, or is it itself: that would be a circle")


def line(tx: Tx, kind: Kind, field: ObjectField, start: int) -> list[int]:
    """The ids from an object of a tree upwards, itself first."""
    found: list[int] = []
    at: int | None = start
    while at is not None and at not in found:
        found.append(at)
        at = tx.value(f"SELECT {field.column} FROM {kind.table} WHERE id = ?", (at,))
    return found


def users(tx: Tx, kind: Kind, object_id: int, most: int = 20) -> tuple[list[User], int]:
    """At most `most` objects that refer to this one and are not archived, and how many there are in all."""
    found: list[User] = []
    number = 0
    for other, name in referring(kind):
        column = other.by_name[name].column
        where = f"FROM {other.table} WHERE {column} = ? AND archived_at IS NULL"
        number += int(tx.value(f"SELECT COUNT(*) {where}", (object_id,)))
        rest = f"WHERE o.{column} = ? AND o.archived_at IS NULL ORDER BY o.id LIMIT ?"
        for row in rows(tx, other, rest, (object_id, most - len(found))):
            found.append(User(other.name, int(row["id"]), other.label(row), name))
    return found, number
