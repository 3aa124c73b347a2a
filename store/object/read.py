"""Objects as they are now, for services, pages and acts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from domain.objects.catalogue import KINDS, find
from domain.objects.kind import Kind
from store.object.statement import Of, Row, kind_of, named, rows, tables, wheres
from store.pattern import contains
from store.tx import Tx

LIVE = "o.archived_at IS NULL"


def live(tx: Tx, kind: Of, /, **equals: Any) -> list[Row]:
    """All objects of a kind that are not archived, by key; `equals` narrows, such as ``enabled=True``.

    A reference is given by key (``organisation="acme"``) or by id (``organisation_id=7``). Raises
    LookupError for a field that there is not.
    """
    of = kind_of(kind)
    where, params = wheres(of, equals)
    return rows(tx, of, f"WHERE {LIVE}{where} ORDER BY LOWER({named(of, of.key)}), o.id", params)


def by_id(tx: Tx, kind: Of, object_id: int) -> Row | None:
    """One object, archived or not; None: there is none."""
    found = rows(tx, kind_of(kind), "WHERE o.id = ?", (object_id,))
    return found[0] if found else None


def by_key(tx: Tx, kind: Of, key: str, scope: str | None = None) -> Row | None:
    """The object of this key that is not archived, in any case; None: there is none, or more than one.

    `scope` is the key of what the kind's scope refers to.
    """
    found = by_keys(tx, kind, key, scope)
    return found[0] if len(found) == 1 else None


def by_keys(tx: Tx, kind: Of, key: str, scope: str | None = None) -> list[Row]:
    """The same, all that there are: several of a kind with a scope."""
    of = kind_of(kind)
    equals = {of.key: of.written(key)}
    if scope is not None and of.scope:
        equals[of.scope] = find(str(of.by_name[of.scope].refers)).written(scope)
    where, params = wheres(of, equals)
    return rows(tx, of, f"WHERE {LIVE}{where} ORDER BY o.id", params)


def page(
    tx: Tx,
    kind: Of,
    *,
    text: str | None = None,
    equals: Mapping[str, Any] | None = None,
    archived: bool = False,
    limit: int = 50,
    after: int | None = None,
) -> tuple[list[Row], int | None]:
    """At most `limit` objects by key after the object of id `after`, and the `after` that goes on or None.

    `text` is a part of any of its texts, in any case. `archived`: those instead. Raises LookupError.
    """
    of = kind_of(kind)
    where, params = _search(of, text, equals or {}, archived)
    order = f"LOWER({named(of, of.key)})"
    if after is not None:
        where += f" AND ({order}, o.id) > (SELECT {order}, o.id {tables(of)} WHERE o.id = ?)"
        params.append(after)
    found = rows(tx, of, f"WHERE {where} ORDER BY {order}, o.id LIMIT ?", (*params, limit + 1))
    more = len(found) > limit
    return found[:limit], int(found[limit - 1]["id"]) if more else None


def every(read: Callable[[], Tx], kind: Of, at_once: int = 1_000) -> Iterator[Row]:
    """All that are not archived, by id; `read` gives a `Tx` for each page, so that none is held meanwhile."""
    of, last = kind_of(kind), 0
    while found := rows(read(), of, f"WHERE {LIVE} AND o.id > ? ORDER BY o.id LIMIT ?", (last, at_once)):
        yield from found
        last = found[-1]["id"]


def count(tx: Tx, kind: Of) -> int:
    """How many there are that are not archived."""
    return int(tx.value(f"SELECT COUNT(*) FROM {kind_of(kind).table} WHERE archived_at IS NULL"))


def sealed(tx: Tx) -> Iterator[tuple[Any, str]]:
    """Each reference to a secret that an object holds, alone or in a table, and a place in words for it."""
    for kind in KINDS:
        for field in kind.fields:
            if field.shape not in ("secret", "table"):
                continue
            filled = f"o.{field.name} <> ''" if field.shape == "secret" else f"o.{field.name} LIKE '%vault:%'"
            for row in rows(tx, kind, f"WHERE {LIVE} AND {filled}"):
                yield row[field.name], f"{kind.title.lower()} {kind.label(row)}"


def organisation_archived(tx: Tx, name: str) -> bool:
    """Whether an organisation of this name is archived, and none of it is there any more."""
    return bool(
        tx.value(
            """SELECT 1 FROM organisation a WHERE a.name = ? AND a.archived_at IS NOT NULL
               AND NOT EXISTS (SELECT 1 FROM organisation l
                               WHERE LOWER(l.name) = LOWER(a.name) AND l.archived_at IS NULL)
               LIMIT 1""",
            (name,),
        )
    )


def organisation_and_above(tx: Tx, name: str) -> list[Row]:
    """An organisation and those above it, itself first; empty: there is none of this name."""
    found = by_key(tx, "organisation", name)
    line: list[Row] = []
    while found is not None and found["id"] not in {each["id"] for each in line}:
        line.append(found)
        found = None if found["parent_id"] is None else by_id(tx, "organisation", found["parent_id"])
    return line


def _search(kind: Kind, text: str | None, equals: Mapping[str, Any], archived: bool) -> tuple[str, list[Any]]:
    where, params = wheres(kind, equals)
    where = (LIVE if not archived else "o.archived_at IS NOT NULL") + where
    if text:
        shapes: Sequence[str] = ("text", "lines", "choice", "reference")
        columns = [named(kind, field.name) for field in kind.fields if field.shape in shapes]
        alike = " OR ".join(f"LOWER({column}) LIKE LOWER(?) ESCAPE '\\'" for column in columns)
        where += f" AND ({alike})"
        params += [contains(text)] * len(columns)
    return where, params
