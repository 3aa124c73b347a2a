"""Copies of what directories have and we lack, or what is to be deleted: kept once, never written over."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from domain.directory import dn
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
        """INSERT INTO backup_object (directory_id, kind, remote_id, reason, attrs, name, at)
           VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (directory_id, kind, remote_id, reason) DO NOTHING""",
        [(directory_id, *row, _name(row), now) for row in rows],
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


_SHOWN = """SELECT b.*, d.name AS directory FROM backup_object b
            JOIN directory d ON d.id = b.directory_id"""


def page(tx: Tx, text: str, limit: int, before: int | None = None) -> tuple[list[dict[str, Any]], int | None]:
    """The newest first, and the `before` of the next page or None; `text`: a GUID, or a name's beginning."""
    where = ["TRUE"]
    params: list[Any] = []
    if text:
        where.append("(b.remote_id = ? OR (LOWER(b.name) >= ? AND LOWER(b.name) < ?))")
        params += [text.lower(), text.lower(), text.lower() + "\U0010ffff"]
    if before is not None:
        where.append("b.id < ?")
        params.append(before)
    found = tx.dicts(f"{_SHOWN} WHERE {' AND '.join(where)} ORDER BY b.id DESC LIMIT ?", (*params, limit + 1))
    return found[:limit], found[limit - 1]["id"] if len(found) > limit else None


def one(tx: Tx, copy_id: int) -> dict[str, Any] | None:
    """A copy with its `attrs` (JSON); None: there is none."""
    found = tx.dicts(f"{_SHOWN} WHERE b.id = ?", (copy_id,))
    return found[0] if found else None


def _name(row: Row) -> str:
    try:
        return dn.name(str(json.loads(row.attrs).get("dn", "")))[:300]
    except ValueError:
        return ""  # a copy without a name is better than none
