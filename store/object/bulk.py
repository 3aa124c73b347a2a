"""Many objects at once, written in few statements. The caller holds the object lock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from domain.objects.kind import Kind
from store.object import version
from store.object.statement import Row, insert, stored, update
from store.tx import Tx


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
