"""Users of directories as services read and change them; `attrs` is for what other services keep of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from domain.directory.user import UserState
from store.tx import Tx, marks

#: Parameters of one statement.
AT_ONCE = 400


class Known(NamedTuple):
    """What our copy has of a user."""

    id: int
    hash: str
    gone: bool
    name: str
    sam: str


class Stand(NamedTuple):
    """How an account stood at the last look."""

    id: int
    guid: str
    name: str
    sam: str
    locked: bool
    locked_at: float | None
    password_expires: str
    password_expires_at: float | None


def known(tx: Tx, directory_id: int, guids: Iterable[str] | None = None) -> dict[str, Known]:
    """The users of a directory by GUID, also those that are gone; `guids`: only these."""
    sql = "SELECT guid, id, hash, gone_at, name, sam FROM dir_user WHERE directory_id = ?"
    rows = [row for part, more in _parts(guids) for row in tx.all(f"{sql}{part}", (directory_id, *more))]
    return {row[0]: Known(int(row[1]), row[2], row[3] is not None, row[4], row[5]) for row in rows}


def stands(tx: Tx, directory_id: int, guids: Iterable[str] | None = None) -> dict[str, Stand]:
    """The users that are there by GUID; `guids`: only these."""
    sql = """SELECT id, guid, name, sam, locked, locked_at, password_expires, password_expires_at
             FROM dir_user WHERE directory_id = ? AND gone_at IS NULL"""
    rows = [row for part, more in _parts(guids) for row in tx.all(f"{sql}{part}", (directory_id, *more))]
    return {
        row[1]: Stand(int(row[0]), row[1], row[2], row[3], bool(row[4]), row[5], row[6], row[7])
        for row in rows
    }


def locked(tx: Tx, directory_id: int) -> set[str]:
    """The GUIDs of those that are locked by what we know."""
    sql = "SELECT guid FROM dir_user WHERE locked AND gone_at IS NULL AND directory_id = ?"
    return {row[0] for row in tx.all(sql, (directory_id,))}


def places(tx: Tx, directory_id: int) -> dict[str, str]:
    """Distinguished name in small letters -> GUID, of those that are there."""
    sql = "SELECT dn, guid FROM dir_user WHERE directory_id = ? AND gone_at IS NULL"
    return {row[0].lower(): row[1] for row in tx.all(sql, (directory_id,))}


def owned(tx: Tx, directory_id: int) -> list[tuple[int, str, int | None, int | None]]:
    """(id, distinguished name, unit, organisation) of those that are there."""
    sql = "SELECT id, dn, unit_id, organisation_id FROM dir_user WHERE directory_id = ? AND gone_at IS NULL"
    return [(int(row[0]), row[1], row[2], row[3]) for row in tx.all(sql, (directory_id,))]


def present(tx: Tx, directory_id: int) -> int:
    """How many are there."""
    sql = "SELECT COUNT(*) FROM dir_user WHERE directory_id = ? AND gone_at IS NULL"
    return int(tx.value(sql, (directory_id,)))


def lock(tx: Tx, user_id: int, at: float | None, now: float) -> bool:
    """The directory says that it is locked, since `at`; False if it was known."""
    sql = "UPDATE dir_user SET locked = TRUE, locked_at = ?, state_at = ? WHERE id = ? AND NOT locked"
    return tx.run(sql, (at if at is not None else now, now, user_id)) > 0


def unlock(tx: Tx, user_id: int, now: float) -> bool:
    """It is not locked any more; False if that was known."""
    sql = "UPDATE dir_user SET locked = FALSE, locked_at = NULL, state_at = ? WHERE id = ? AND locked"
    return tx.run(sql, (now, user_id)) > 0


def password_ends(tx: Tx, rows: Sequence[tuple[int, UserState]], now: float) -> None:
    """When the passwords of these users end."""
    tx.many(
        "UPDATE dir_user SET password_expires = ?, password_expires_at = ?, state_at = ? WHERE id = ?",
        [(state.password_expires, state.password_expires_at, now, user_id) for user_id, state in rows],
    )


def expiring(tx: Tx, after: float, before: float) -> list[dict[str, Any]]:
    """Users that can sign in and whose password ends between those instants, by directory, soonest first."""
    return tx.dicts(
        """SELECT u.id, u.directory_id, u.guid, u.name, u.sam, u.upn, u.mail, u.password_expires_at,
                  u.organisation_id, o.name AS organisation
           FROM dir_user u LEFT JOIN organisation o ON o.id = u.organisation_id
           WHERE u.password_expires = 'at' AND u.gone_at IS NULL
             AND u.password_expires_at > ? AND u.password_expires_at <= ?
             AND u.enabled AND u.kind = 'user'
           ORDER BY u.directory_id, u.password_expires_at, u.id""",
        (after, before),
    )


def _parts(guids: Iterable[str] | None) -> Iterator[tuple[str, Sequence[str]]]:
    if guids is None:
        yield "", ()
        return
    wanted = sorted(guids)
    for start in range(0, len(wanted), AT_ONCE):
        some = wanted[start : start + AT_ONCE]
        yield f" AND guid IN ({marks(some)})", some
