"""Copies of what directories have and we lack, or what is to be deleted: kept once, never written over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from store.tx import Tx


class Row(NamedTuple):
    """One copy: `attrs` is JSON, `remote_id` the GUID, `reason` why it was made."""

    kind: str
    remote_id: str
    reason: str
    attrs: str


def put(tx: Tx, directory_id: int, rows: Sequence[Row], now: float) -> None:
    """Keep these; one of the same object for the same reason stays as it is."""
    tx.many(
        """INSERT INTO backup_object (directory_id, kind, remote_id, reason, attrs, at)
           VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (directory_id, kind, remote_id, reason) DO NOTHING""",
        [(directory_id, *row, now) for row in rows],
    )


def known(tx: Tx, directory_id: int) -> set[tuple[str, str, str]]:
    """What is kept of a directory: (kind, remote id, reason)."""
    sql = "SELECT kind, remote_id, reason FROM backup_object WHERE directory_id = ?"
    return {(row[0], row[1], row[2]) for row in tx.all(sql, (directory_id,))}


def copied_users(tx: Tx, directory_id: int) -> dict[str, dict[str, Any]]:
    """GUID -> what our table has of each user that is there."""
    sql = """SELECT guid, upn, mail, phone, employee_id, name FROM dir_user
             WHERE directory_id = ? AND gone_at IS NULL"""
    return {row["guid"]: row for row in tx.dicts(sql, (directory_id,))}


def rows(tx: Tx, directory_id: int, kind: str) -> list[dict[str, Any]]:
    """The copies of a kind, by object."""
    sql = "SELECT * FROM backup_object WHERE directory_id = ? AND kind = ? ORDER BY remote_id, reason"
    return tx.dicts(sql, (directory_id, kind))
