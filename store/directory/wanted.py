"""What orders of people refer to: directories, the units of an organisation, and users and groups by name."""

from __future__ import annotations

from typing import Any

from store.object import read
from store.tx import Tx

Row = dict[str, Any]


def directories(tx: Tx, organisation: str, name: str) -> list[Row]:
    """The active directories that this organisation has units in or that are its own; `name`: only that."""
    own = {row["directory_id"] for row in units(tx, organisation)}
    rows = read.live(tx, "directory", enabled=True)
    return [
        row
        for row in rows
        if (row["id"] in own or _same(row["organisation"], organisation))
        and (not name or _same(row["name"], name))
    ]


def units(tx: Tx, organisation: str, directory_id: int | None = None) -> list[Row]:
    """The active units of an organisation; `directory_id`: only those in it."""
    rows = read.live(tx, "directory_unit", enabled=True)
    return [
        row
        for row in rows
        if _same(row["organisation"], organisation) and directory_id in (None, row["directory_id"])
    ]


def users(tx: Tx, directory_id: int, word: str) -> list[Row]:
    """The users that are there with this GUID, account name or sign-in name, in any case: id, guid, dn."""
    return _found(tx, "dir_user", ("guid", "sam", "upn"), directory_id, word)


def groups(tx: Tx, directory_id: int, word: str) -> list[Row]:
    """The groups that are there with this GUID or account name, in any case: id, guid, dn."""
    return _found(tx, "dir_group", ("guid", "sam"), directory_id, word)


def tree(tx: Tx, directory_id: int, word: str) -> list[Row]:
    """The units of the directory itself with this GUID or distinguished name, in any case: id, guid, dn."""
    return _found(tx, "dir_unit", ("guid", "dn"), directory_id, word)


def _found(tx: Tx, table: str, columns: tuple[str, ...], directory_id: int, word: str) -> list[Row]:
    alike = " OR ".join(f"LOWER({column}) = LOWER(?)" for column in columns)
    sql = f"""SELECT id, guid, dn FROM {table}
              WHERE ({alike}) AND directory_id = ? AND gone_at IS NULL ORDER BY id LIMIT 3"""
    return tx.dicts(sql, (*[word] * len(columns), directory_id))


def _same(one: str | None, other: str) -> bool:
    return one is not None and one.lower() == other.lower()
