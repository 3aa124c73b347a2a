"""Users of the page and the API."""

from __future__ import annotations

import json
from typing import Any

from store.tx import Tx

#: Of a user's row, everything but the hash of the password.
SHOWN = "id, name, role, must_change, settings, created_at, last_seen_at, disabled_at"
#: Users that can sign in without the identity provider.
WITH_PASSWORD = "disabled_at IS NULL AND password <> ''"


def add(tx: Tx, *, name: str, password: str, role: str, must_change: bool, now: float) -> int | None:
    """Make a user; `password` is a hash, or "" for none. The id, or None if the name is taken in any case."""
    new: int | None = tx.value(
        """INSERT INTO app_user (name, password, role, must_change, created_at) VALUES (?, ?, ?, ?, ?)
           ON CONFLICT DO NOTHING RETURNING id""",
        (name, password, role, must_change, now),
    )
    return new


def by_name(tx: Tx, name: str) -> dict[str, Any] | None:
    """The row of a user, hash and all; upper and lower case are one."""
    rows = tx.dicts("SELECT * FROM app_user WHERE LOWER(name) = ?", (name.lower(),))
    return rows[0] if rows else None


def by_id(tx: Tx, user_id: int) -> dict[str, Any] | None:
    """The same by id."""
    rows = tx.dicts("SELECT * FROM app_user WHERE id = ?", (user_id,))
    return rows[0] if rows else None


def rows(tx: Tx) -> list[dict[str, Any]]:
    """All users without their hashes, by name; `with_password` says whether there is one."""
    return tx.dicts(f"SELECT {SHOWN}, password <> '' AS with_password FROM app_user ORDER BY LOWER(name)")


def none_at_all(tx: Tx) -> bool:
    """True while there is no user."""
    return tx.value("SELECT 1 FROM app_user LIMIT 1") is None


def password_chosen(tx: Tx) -> bool:
    """Whether somebody can sign in with a password of their own choice."""
    found = tx.value(f"SELECT 1 FROM app_user WHERE NOT must_change AND {WITH_PASSWORD} LIMIT 1")
    return found is not None


def lock_admins(tx: Tx) -> list[int]:
    """The ids of the admins that can sign in by password; nobody else changes them until the transaction
    ends. Others need the identity provider, which may be away when an admin is needed most.
    """
    enabled = f"SELECT id FROM app_user WHERE role = 'admin' AND {WITH_PASSWORD} ORDER BY id"
    return [row[0] for row in tx.all(enabled + tx.for_update("app_user"))]


def set_role(tx: Tx, user_id: int, role: str) -> bool:
    """Give a user a role; False if it was theirs."""
    return tx.run("UPDATE app_user SET role = ? WHERE id = ? AND role <> ?", (role, user_id, role)) > 0


def set_password(tx: Tx, user_id: int, password: str, *, must_change: bool, old: str | None = None) -> bool:
    """Give a user another password, as a hash; with `old` only while that hash is still theirs."""
    guard, more = ("", ()) if old is None else (" AND password = ?", (old,))
    changed = tx.run(
        f"UPDATE app_user SET password = ?, must_change = ? WHERE id = ?{guard}",
        (password, must_change, user_id, *more),
    )
    return changed > 0


def disable(tx: Tx, user_id: int, now: float) -> bool:
    """Let a user in no more; False if so already."""
    return (
        tx.run("UPDATE app_user SET disabled_at = ? WHERE id = ? AND disabled_at IS NULL", (now, user_id)) > 0
    )


def enable(tx: Tx, user_id: int) -> bool:
    """Let a user in again; False if they were not kept out."""
    sql = "UPDATE app_user SET disabled_at = NULL WHERE id = ? AND disabled_at IS NOT NULL"
    return tx.run(sql, (user_id,)) > 0


def settings(tx: Tx, user_id: int) -> dict[str, Any]:
    """What a user keeps for themselves, by name; empty for nobody."""
    found = tx.value("SELECT settings FROM app_user WHERE id = ?", (user_id,))
    kept: dict[str, Any] = json.loads(found) if found else {}
    return kept


def keep(tx: Tx, user_id: int, name: str, value: Any) -> bool:
    """Keep one of these; False if there is no such user."""
    # Locked, so that two pages of one user do not take back what the other keeps.
    found = tx.one("SELECT settings FROM app_user WHERE id = ?" + tx.for_update("app_user"), (user_id,))
    if found is None:
        return False
    kept = json.dumps({**json.loads(found[0]), name: value}, sort_keys=True)
    return tx.run("UPDATE app_user SET settings = ? WHERE id = ?", (kept, user_id)) > 0
