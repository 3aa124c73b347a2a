"""What one read of a directory changes, written for all readers at one moment.

Users, groups and units are known by GUID. Nothing is deleted: what has gone has `gone_at`, and what comes
back is there again. Of a group we keep the members that are users and lie in it directly.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import astuple, dataclass, fields
from typing import NamedTuple

from domain.directory.user import UserFacts
from store.tx import Tx


class ReadLost(Exception):
    """Another read of the directory was published since this one began: it may not be written any more."""


class UserRow(NamedTuple):
    """A new or changed user, and whose it is."""

    guid: str
    facts: UserFacts
    unit_id: int | None
    organisation_id: int | None


class GroupRow(NamedTuple):
    """A new or changed group; `members` are GUIDs of users, None: not said, they stay."""

    guid: str
    dn: str
    sam: str
    name: str
    hash: str
    members: Collection[str] | None


class UnitRow(NamedTuple):
    """A unit of the directory's tree."""

    guid: str
    dn: str
    name: str


@dataclass(frozen=True)
class News:
    """What a read brought. `full`: all that is there was in it. `gone_*`: GUIDs."""

    users: Sequence[UserRow] = ()
    groups: Sequence[GroupRow] = ()
    units: Sequence[UnitRow] = ()
    gone_users: Sequence[str] = ()
    gone_groups: Sequence[str] = ()
    gone_units: Sequence[str] = ()
    full: bool = False
    usn: int = 0


_FACTS = tuple(field.name for field in fields(UserFacts))
_USER_COLUMNS = (*_FACTS, "hash", "unit_id", "organisation_id", "usn")
_PUT_USER = f"""
    INSERT INTO dir_user (directory_id, guid, created_at, changed_at, seen_at, {", ".join(_USER_COLUMNS)})
    VALUES (?, ?, ?, ?, ?{", ?" * len(_USER_COLUMNS)})
    ON CONFLICT (directory_id, guid) DO UPDATE SET changed_at = excluded.changed_at,
        seen_at = excluded.seen_at, gone_at = NULL,
        {", ".join(f"{name} = excluded.{name}" for name in _USER_COLUMNS)}"""
_PUT_GROUP = """
    INSERT INTO dir_group (directory_id, guid, dn, sam, name, hash, seen_at, changed_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (directory_id, guid) DO UPDATE SET dn = excluded.dn, sam = excluded.sam,
        name = excluded.name, hash = excluded.hash, seen_at = excluded.seen_at,
        changed_at = excluded.changed_at, gone_at = NULL"""
_PUT_UNIT = """
    INSERT INTO dir_unit (directory_id, guid, dn, name, seen_at) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (directory_id, guid) DO UPDATE SET dn = excluded.dn, name = excluded.name,
        seen_at = excluded.seen_at, gone_at = NULL"""


def publish(tx: Tx, directory_id: int, news: News, began: float) -> None:
    """Write what a read brought, in the caller's transaction; `end` says then how far it was."""
    users = [
        (
            *(directory_id, row.guid, began, began, began),
            *astuple(row.facts),
            *(row.facts.hash, row.unit_id, row.organisation_id, news.usn),
        )
        for row in news.users
    ]
    tx.many(_PUT_USER, users)
    tx.many(_PUT_UNIT, [(directory_id, *row, began) for row in news.units])
    _leave(tx, "dir_user", directory_id, news.gone_users, began)
    _leave(tx, "dir_unit", directory_id, news.gone_units, began)
    # A lock that nobody can see any more would stand in the list for ever.
    tx.many(
        "UPDATE dir_user SET locked = FALSE, locked_at = NULL WHERE directory_id = ? AND guid = ? AND locked",
        [(directory_id, guid) for guid in news.gone_users],
    )
    tx.many(
        _PUT_GROUP,
        [(directory_id, *row[:5], began, began) for row in news.groups],
    )
    _leave(tx, "dir_group", directory_id, news.gone_groups, began)
    if news.full:
        for table in ("dir_user", "dir_group", "dir_unit"):
            tx.run(
                f"UPDATE {table} SET seen_at = ? WHERE directory_id = ? AND gone_at IS NULL",
                (began, directory_id),
            )
    _members(tx, directory_id, news.groups)


def end(
    tx: Tx,
    directory_id: int,
    *,
    since: str | None,
    cookie: str,
    base: str,
    owners: str,
    full: bool,
    note: str,
    began: float,
) -> None:
    """The read is complete: the next goes on from `cookie`. `since`: what this one went on from, or found.

    `owners`: the mark of the units by which users were given to organisations.

    Raises ReadLost: then nothing of its transaction may stay.
    """
    tx.run(
        "INSERT INTO directory_state (directory_id) VALUES (?) ON CONFLICT (directory_id) DO NOTHING",
        (directory_id,),
    )
    sql = """
        UPDATE directory_state SET cookie = ?, base = ?, owners = ?, synced_at = ?, tried_at = ?,
            full_at = CASE WHEN ? THEN ? ELSE full_at END, note = CASE WHEN ? THEN ? ELSE note END,
            users = (SELECT COUNT(*) FROM dir_user WHERE directory_id = ? AND gone_at IS NULL),
            error = NULL, error_kind = NULL, failed_since = NULL
        WHERE directory_id = ? AND COALESCE(cookie, '') = ?"""
    values = (cookie, base, owners, began, began, full, began, full, note, directory_id)
    if not tx.run(sql, (*values, directory_id, since or "")):
        raise ReadLost(f"another read of directory {directory_id} was published meanwhile")


def known_groups(tx: Tx, directory_id: int) -> dict[str, tuple[str, bool]]:
    """The groups of a directory by GUID: hash, and whether it is gone."""
    sql = "SELECT guid, hash, gone_at FROM dir_group WHERE directory_id = ?"
    return {row[0]: (row[1], row[2] is not None) for row in tx.all(sql, (directory_id,))}


def known_units(tx: Tx, directory_id: int) -> dict[str, str]:
    """The units of a directory's tree that are there: GUID -> distinguished name."""
    sql = "SELECT guid, dn FROM dir_unit WHERE directory_id = ? AND gone_at IS NULL"
    return {row[0]: row[1] for row in tx.all(sql, (directory_id,))}


def reassign(tx: Tx, directory_id: int, changed: Sequence[tuple[int, int | None, int | None]]) -> None:
    """Users whose unit or organisation is another now: (id, unit, organisation)."""
    tx.many(
        "UPDATE dir_user SET unit_id = ?, organisation_id = ? WHERE id = ? AND directory_id = ?",
        [(unit, owner, user_id, directory_id) for user_id, unit, owner in changed],
    )


def _leave(tx: Tx, table: str, directory_id: int, guids: Sequence[str], now: float) -> None:
    tx.many(
        f"UPDATE {table} SET gone_at = ? WHERE directory_id = ? AND guid = ? AND gone_at IS NULL",
        [(now, directory_id, guid) for guid in guids],
    )


def _members(tx: Tx, directory_id: int, groups: Sequence[GroupRow]) -> None:
    said = [row for row in groups if row.members is not None]
    if not said:
        return
    ids: dict[str, int] = dict(
        tx.all("SELECT guid, id FROM dir_group WHERE directory_id = ?", (directory_id,))
    )
    users: dict[str, int] = dict(
        tx.all("SELECT guid, id FROM dir_user WHERE directory_id = ? AND gone_at IS NULL", (directory_id,))
    )
    for row in said:
        group_id = ids[row.guid]
        wanted = {users[guid] for guid in row.members or () if guid in users}
        have = {each[0] for each in tx.all("SELECT user_id FROM dir_member WHERE group_id = ?", (group_id,))}
        tx.many(
            "DELETE FROM dir_member WHERE group_id = ? AND user_id = ?",
            [(group_id, user_id) for user_id in have - wanted],
        )
        tx.many(
            "INSERT INTO dir_member (group_id, user_id) VALUES (?, ?) ON CONFLICT DO NOTHING",
            [(group_id, user_id) for user_id in wanted - have],
        )
