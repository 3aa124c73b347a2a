"""Access tokens of programs; kept by their SHA-256, known by their prefix."""

from __future__ import annotations

from typing import Any

from store.tx import Tx, marks

#: That a token was used is written at most so often, in s.
USED_EVERY = 60.0
#: Of a token's row, everything but its hash.
SHOWN = (
    "t.prefix, t.name, t.role, t.created_at, t.expires_at, t.last_used_at, t.revoked_at, "
    "u.name AS user_name, u.disabled_at AS user_disabled_at"
)


def add(
    tx: Tx,
    *,
    prefix: str,
    hashed: str,
    name: str,
    user_id: int,
    role: str,
    expires_at: float | None,
    now: float,
) -> None:
    """Keep a new token."""
    tx.run(
        """INSERT INTO api_token (prefix, hash, name, user_id, role, created_at, expires_at)
           VALUES (?, ?, ?, ?, ?, ?, ?)""",
        (prefix, hashed, name, user_id, role, now, expires_at),
    )


def alive(tx: Tx, hashed: str, now: float) -> dict[str, Any] | None:
    """Token and user of a hash; None if it lets nobody in.

    Keys: prefix, role, last_used_at, user_id, name, user_role.
    """
    rows = tx.dicts(
        """SELECT t.prefix, t.role, t.last_used_at, t.user_id, u.name, u.role AS user_role
           FROM api_token t JOIN app_user u ON u.id = t.user_id
           WHERE t.hash = ? AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > ?)
             AND u.disabled_at IS NULL""",
        (hashed, now),
    )
    return rows[0] if rows else None


def used(tx: Tx, prefix: str, now: float) -> bool:
    """Note that a token is in use; False if that was noted a moment ago."""
    sql = "UPDATE api_token SET last_used_at = ? WHERE prefix = ? AND COALESCE(last_used_at, 0) <= ?"
    return tx.run(sql, (now, prefix, now - USED_EVERY)) > 0


def rows(tx: Tx, user_id: int | None = None) -> list[dict[str, Any]]:
    """Tokens of a user, or all, the newest first; without hashes."""
    where, params = ("", ()) if user_id is None else ("WHERE t.user_id = ?", (user_id,))
    return tx.dicts(
        f"""SELECT {SHOWN} FROM api_token t JOIN app_user u ON u.id = t.user_id {where} ORDER BY t.id DESC""",
        params,
    )


def revoke(tx: Tx, prefix: str, now: float) -> bool:
    """End a token; False if there is none such or it was revoked."""
    sql = "UPDATE api_token SET revoked_at = ? WHERE prefix = ? AND revoked_at IS NULL"
    return tx.run(sql, (now, prefix)) > 0


def known(tx: Tx, prefix: str, user_id: int | None = None) -> bool:
    """Whether there is, or was, a token of this prefix (that is this user's)."""
    owner = tx.value("SELECT user_id FROM api_token WHERE prefix = ?", (prefix,))
    return owner is not None and user_id in (None, owner)


def lower_all(tx: Tx, user_id: int, role: str, above: tuple[str, ...]) -> int:
    """Give this role to a user's tokens that have one of the roles `above`; how many."""
    if not above:
        return 0
    sql = f"UPDATE api_token SET role = ? WHERE user_id = ? AND role IN ({marks(above)})"
    return tx.run(sql, (role, user_id, *above))
