"""The SQL of a kind, made from its declaration, and its rows as people know them.

A row is a dict: `id`, `revision`, `sample`, `created_at`, `changed_at`, `archived_at` (UTC epoch
seconds), each field, and for a reference both ``<field>_id`` and ``<field>``, the other's key.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from domain.objects.catalogue import find
from domain.objects.field import ObjectField
from domain.objects.kind import OWN, Kind
from domain.objects.scaled import SCALED, from_column, to_column
from store.tx import Tx, marks

Row = dict[str, Any]
#: A kind, or its name.
Of = Kind | str


def kind_of(kind: Of) -> Kind:
    """The kind of a name. Raises domain.objects.catalogue.UnknownKind."""
    return find(kind) if isinstance(kind, str) else kind


@lru_cache(maxsize=256)
def select(kind: Kind) -> str:
    """``SELECT … FROM …`` of a kind, whose table is called `o`."""
    return f"SELECT {columns(kind)} {tables(kind)}"


@lru_cache(maxsize=256)
def columns(kind: Kind) -> str:
    """What `select` selects: of each reference, the id and the other's key."""
    names = [f"o.{name}" for name in OWN] + [f"o.{field.column}" for field in kind.fields]
    names += [f"{named(kind, field.name)} AS {field.name}" for field in kind.references]
    return ", ".join(names)


@lru_cache(maxsize=256)
def tables(kind: Kind) -> str:
    """``FROM …`` of a kind, with those it refers to."""
    joins = [
        f"LEFT JOIN {find(str(field.refers)).table} r_{field.name} ON r_{field.name}.id = o.{field.column}"
        for field in kind.references
    ]
    return " ".join([f"FROM {kind.table} o", *joins])


def named(kind: Kind, name: str) -> str:
    """The expression for a field as people know it: of a reference, the other's key."""
    field = kind.by_name[name]
    return f"r_{name}.{find(field.refers).key}" if field.refers else f"o.{name}"


def wheres(kind: Kind, equals: Mapping[str, Any]) -> tuple[str, list[Any]]:
    """`` AND …`` for fields with these values, and the parameters; a key in any case.

    Raises LookupError for a field that there is not.
    """
    parts: list[str] = []
    params: list[Any] = []
    ids = {field.column for field in kind.references}
    for name, value in equals.items():
        field = kind.by_name.get(name)
        if field is None and name not in ids and name not in OWN:
            raise LookupError(f"{kind.name} has no field {name}")
        column = f"o.{name}" if field is None else named(kind, name)
        if value is None:
            parts.append(f" AND {column} IS NULL")
        elif field is not None and (field.refers or name == kind.key):
            parts.append(f" AND LOWER({column}) = LOWER(?)")
            params.append(value)
        else:
            parts.append(f" AND {column} = ?")
            params.append(value if field is None else _kept(field, value))
    return "".join(parts), params


def rows(tx: Tx, kind: Kind, rest: str, params: Sequence[Any] = ()) -> list[Row]:
    """The objects that ``WHERE …`` finds."""
    return [read(kind, row) for row in tx.dicts(f"{select(kind)} {rest}", params)]


def stored(kind: Kind, columns: Mapping[str, Any]) -> list[Any]:
    """The parameters for all columns of the model, in its order."""
    return [_kept(field, columns[field.column]) for field in kind.fields]


@lru_cache(maxsize=256)
def insert(kind: Kind) -> str:
    """An INSERT of `stored` values, then sample, created_at and changed_at."""
    names = [field.column for field in kind.fields] + ["sample", "created_at", "changed_at"]
    return f"INSERT INTO {kind.table} ({', '.join(names)}) VALUES ({marks(names)})"


@lru_cache(maxsize=256)
def update(kind: Kind) -> str:
    """A guarded UPDATE: `stored` values, changed_at, id, and the revision that was looked at."""
    names = ", ".join(f"{field.column} = ?" for field in kind.fields)
    return f"""UPDATE {kind.table} SET {names}, revision = revision + 1, changed_at = ?
               WHERE id = ? AND revision = ? AND archived_at IS NULL"""


def folded(tx: Tx, texts: Iterable[str]) -> dict[str, str]:
    """Each text as the database compares keys: what is small there to it."""
    wanted = list(dict.fromkeys(texts))
    found: dict[str, str] = {}
    if tx.dialect == "postgresql":
        return dict(tx.all("SELECT v, LOWER(v) FROM unnest(?::text[]) AS v", (wanted,))) if wanted else {}
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        values = ", ".join(["(?)"] * len(part))
        found.update(tx.all(f"SELECT column1, LOWER(column1) FROM (VALUES {values}) AS v", part))
    return found


def _kept(field: ObjectField, value: Any) -> Any:
    """A value as its column holds it."""
    if field.stored_as_json:
        return json.dumps(value, ensure_ascii=False)
    return to_column(field, value) if field.shape in SCALED else value


def read(kind: Kind, row: Row) -> Row:
    """The row of a table, as people know its object."""
    row["sample"] = bool(row["sample"])
    for field in kind.fields:
        if field.stored_as_json:
            row[field.name] = json.loads(row[field.name])
        elif field.shape == "switch":
            row[field.name] = bool(row[field.name])
        elif field.shape in SCALED:
            row[field.name] = from_column(field, row[field.name])
    return row
