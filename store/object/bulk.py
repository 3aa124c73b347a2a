"""Many objects at once: looked up and written in few statements. The caller holds the object lock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from domain.objects.kind import Kind
from store.object import version
from store.object.read import LIVE
from store.object.statement import Row, folded, insert, named, rows, stored, update
from store.tx import Tx

#: Keys of one statement.
AT_ONCE = 500


class Known:
    """The objects of a kind that some keys name, those that are not archived; keys in any case."""

    def __init__(self, tx: Tx, kind: Kind, keys: Iterable[str]) -> None:
        self._kind = kind
        self._small = folded(tx, keys)
        self._rows: dict[str, list[Row]] = {}
        wanted = sorted(set(self._small.values()))
        for start in range(0, len(wanted), AT_ONCE):
            part = wanted[start : start + AT_ONCE]
            found = rows(tx, kind, f"WHERE {LIVE} AND {_has_one_of(tx, kind, len(part))}", part)
            own = folded(tx, (str(row[kind.key]) for row in found))
            for row in found:
                self._rows.setdefault(own[str(row[kind.key])], []).append(row)

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


def _has_one_of(tx: Tx, kind: Kind, keys: int) -> str:
    """The condition that an object has one of so many keys, each as the database compares it."""
    if tx.dialect == "sqlite" or kind.by_name[kind.key].refers:
        return f"LOWER({named(kind, kind.key)}) IN ({', '.join('?' * keys)})"
    # For so many its planner would read the whole table: each key is looked up by itself.
    return f"""o.id = ANY(ARRAY(
        SELECT f.id FROM (VALUES {", ".join(["(?)"] * keys)}) AS w (small) CROSS JOIN LATERAL (
            SELECT id FROM {kind.table} WHERE archived_at IS NULL AND LOWER({kind.key}) = w.small OFFSET 0
        ) AS f))"""


def create(
    tx: Tx, kind: Kind, columns: Sequence[Mapping[str, Any]], now: float, *, sample: bool = False
) -> None:
    """Insert objects whose values by column are sound."""
    if columns:
        version.touch(tx, kind)
    tx.many(insert(kind), [(*stored(kind, each), sample, now, now) for each in columns])


def change(tx: Tx, kind: Kind, changed: Sequence[tuple[Row, Mapping[str, Any]]], now: float) -> None:
    """Write objects anew: (the row that was read under the lock, its values by column)."""
    if changed:
        version.touch(tx, kind)
    tx.many(
        update(kind),
        [(*stored(kind, columns), now, row["id"], row["revision"]) for row, columns in changed],
    )


def archive_samples(tx: Tx, kind: Kind, now: float) -> int:
    """Put away all samples of a kind that nothing refers to and that has no secrets; how many."""
    version.touch(tx, kind)
    sql = f"""UPDATE {kind.table} SET archived_at = ?, changed_at = ?, revision = revision + 1
              WHERE sample AND archived_at IS NULL"""
    return tx.run(sql, (now, now))
