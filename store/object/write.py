"""Changes of objects: each is one guarded statement that says whether it happened.

`values` are those of `domain.objects.checked.checked`, whose secrets are references by now.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain.objects.kind import Kind
from store.object import own_rules, read, references, version
from store.object.lock import lock
from store.object.statement import Of, insert, kind_of, stored, update
from store.tx import Tx


class KeyTaken(ValueError):
    """Another object that is not archived has this key; `object_id` is its."""

    def __init__(self, kind: Kind, label: str, object_id: int) -> None:
        super().__init__(f"{kind.title.lower()} {label} is there already")
        self.object_id = object_id


class StillUsed(ValueError):
    """Others refer to it; the text names them."""


def create(tx: Tx, kind: Of, values: Mapping[str, Any], *, now: float, sample: bool = False) -> int:
    """A new object; its id. Raises KeyTaken, BadReference, Unsound."""
    of = kind_of(kind)
    lock(tx)
    columns = references.columns(tx, of, values)
    _check_key(tx, of, values, columns, None)
    own_rules.check(tx, of, columns, None)
    version.touch(tx, of)
    parameters = (*stored(of, columns), sample, now, now)
    return int(tx.value(f"{insert(of)} RETURNING id", parameters))


def change(tx: Tx, kind: Of, object_id: int, revision: int, values: Mapping[str, Any], *, now: float) -> bool:
    """Write all fields of an object anew; False if it was changed or archived since `revision`.

    Raises KeyTaken, BadReference, Unsound.
    """
    of = kind_of(kind)
    lock(tx)
    columns = references.columns(tx, of, values, object_id)
    _check_key(tx, of, values, columns, object_id)
    own_rules.check(tx, of, columns, object_id)
    version.touch(tx, of)
    return tx.run(update(of), (*stored(of, columns), now, object_id, revision)) > 0


def archive(tx: Tx, kind: Of, object_id: int, revision: int, *, now: float) -> bool:
    """Put an object away; False if it was changed or archived since `revision`. Raises StillUsed."""
    of = kind_of(kind)
    lock(tx)
    found, number = references.users(tx, of, object_id)
    if found:
        said = ", ".join(f"{each.kind} {each.label}" for each in found)
        more = f" and {number - len(found)} more" if number > len(found) else ""
        raise StillUsed(f"{said}{more} {'refers' if number == 1 else 'refer'} to it")
    version.touch(tx, of)
    sql = f"""UPDATE {of.table} SET archived_at = ?, changed_at = ?, revision = revision + 1
              WHERE id = ? AND revision = ? AND archived_at IS NULL"""
    return tx.run(sql, (now, now, object_id, revision)) > 0


def refer(tx: Tx, kind: Of, object_id: int, secrets: Mapping[str, str]) -> None:
    """Say where secrets of an object are, in the transaction that writes it."""
    of = kind_of(kind)
    for name, reference in secrets.items():
        tx.run(f"UPDATE {of.table} SET {of.by_name[name].column} = ? WHERE id = ?", (reference, object_id))


def _check_key(
    tx: Tx, kind: Kind, values: Mapping[str, Any], columns: Mapping[str, Any], own_id: int | None
) -> None:
    scope = None if kind.scope is None else values[kind.scope]
    also = [kind.by_name[name].column for name in kind.also]
    for row in read.by_keys(tx, kind, str(values[kind.key]), scope):
        if row["id"] != own_id and all(row[name] == columns[name] for name in also):
            raise KeyTaken(kind, kind.label(row), int(row["id"]))
