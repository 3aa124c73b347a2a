"""The objects that some keys name, looked up in few statements, each by the index of its key.

Neither database may choose another way: their planners know nothing of rows that just came, and read
the whole table for each few hundred keys.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from domain.objects.catalogue import find
from domain.objects.kind import Kind
from store.object.read import LIVE
from store.object.statement import Row, columns, folded, named, read, tables
from store.tx import Tx, marks

#: Keys of one statement.
AT_ONCE = 500
#: The id of what the kind's scope refers to (None: it has none, or there is no such); a key.
Asked = tuple[int | None, str]


class Known:
    """The objects of a kind that some keys name, those that are not archived; keys in any case."""

    def __init__(self, tx: Tx, kind: Kind, asked: Iterable[Asked]) -> None:
        self._kind = kind
        wanted = list(dict.fromkeys(asked))
        self._small = folded(tx, (key for _, key in wanted))
        self._rows: dict[str, list[Row]] = {}
        # Of a kind with `also` the index begins with the key alone.
        scoped = kind.scope is not None and not kind.also
        places = list({(scope if scoped else None, self._small[key]): None for scope, key in wanted})
        if scoped:
            places = [place for place in places if place[0] is not None]
        for start in range(0, len(places), AT_ONCE):
            for row in _found(tx, kind, places[start : start + AT_ONCE], scoped):
                self._rows.setdefault(row.pop("small_key"), []).append(read(kind, row))

    def small(self, key: str) -> str:
        """A key of those that were asked for, as the database compares it."""
        return self._small[key]

    def one(self, key: str, scope_id: int | None = None, also: Sequence[Any] = ()) -> Row | None:
        """The object of this key, within a scope where the kind has one; `also` by the kind's columns."""
        kind = self._kind
        column = None if kind.scope is None else kind.by_name[kind.scope].column
        more = [kind.by_name[name].column for name in kind.also]
        for row in self._rows.get(self._small[key], ()):
            if (column is None or row[column] == scope_id) and [row[name] for name in more] == list(also):
                return row
        return None


def _found(tx: Tx, kind: Kind, places: Sequence[tuple[Any, str]], scoped: bool) -> list[Row]:
    """The rows of these places, each with the key by which it was found (`small_key`)."""
    small = [key for _, key in places]
    if kind.by_name[kind.key].refers:
        where = f"WHERE {LIVE} AND LOWER({named(kind, kind.key)}) IN ({marks(small)})"
        key = f"LOWER({named(kind, kind.key)}) AS small_key"
        return tx.dicts(f"SELECT {key}, {columns(kind)} {tables(kind)} {where}", small)
    scopes = [scope for scope, _ in places]
    if tx.dialect == "postgresql":
        return tx.dicts(_postgresql(kind, scoped), (scopes, small) if scoped else (small,))
    values = [part for place in zip(scopes, small, strict=True) for part in place]
    return tx.dicts(_sqlite(kind, scoped, len(places)), values)


@lru_cache(maxsize=256)
def _postgresql(kind: Kind, scoped: bool) -> str:
    """OFFSET 0 keeps each look-up by itself: the planner cannot turn it into a join of whole tables."""
    asked = (
        "unnest(?::bigint[], ?::text[]) AS w (scope, small)" if scoped else "unnest(?::text[]) AS w (small)"
    )
    joins = [
        f"""LEFT JOIN LATERAL (SELECT * FROM {find(str(field.refers)).table}
                               WHERE id = o.{field.column} OFFSET 0) r_{field.name} ON TRUE"""
        for field in kind.references
    ]
    return f"""SELECT w.small AS small_key, {columns(kind)} FROM {asked} CROSS JOIN LATERAL (
                   SELECT * FROM {kind.table} o WHERE {_place(kind, scoped)} OFFSET 0) o {" ".join(joins)}"""


@lru_cache(maxsize=256)
def _sqlite(kind: Kind, scoped: bool, places: int) -> str:
    """CROSS JOIN keeps the order: the table is looked into for each key, never read as a whole."""
    joins = tables(kind).removeprefix(f"FROM {kind.table} o")
    return f"""WITH w (scope, small) AS (VALUES {", ".join(["(?, ?)"] * places)})
               SELECT w.small AS small_key, {columns(kind)}
               FROM w CROSS JOIN {kind.table} o ON {_place(kind, scoped)} {joins}"""


def _place(kind: Kind, scoped: bool) -> str:
    within = f" AND o.{kind.by_name[str(kind.scope)].column} = w.scope" if scoped else ""
    return f"{LIVE} AND LOWER(o.{kind.key}) = w.small{within}"
