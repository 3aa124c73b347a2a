"""Which user somebody of an identity provider is."""

from __future__ import annotations

from typing import Any

from store.tx import Tx


def user_of(tx: Tx, issuer: str, subject: str) -> dict[str, Any] | None:
    """The row of the user, hash and all; None if nobody here is that person."""
    rows = tx.dicts(
        """SELECT u.* FROM user_identity i JOIN app_user u ON u.id = i.user_id
           WHERE i.issuer = ? AND i.subject = ?""",
        (issuer, subject),
    )
    return rows[0] if rows else None


def one(tx: Tx, user_id: int) -> dict[str, Any] | None:
    """A user's link: issuer, subject (None while nobody has come), made_by_sign_in, linked_at."""
    rows = tx.dicts(
        "SELECT issuer, subject, made_by_sign_in, linked_at FROM user_identity WHERE user_id = ?", (user_id,)
    )
    return rows[0] if rows else None


def linked(tx: Tx) -> dict[int, dict[str, Any]]:
    """Every link by the id of its user: issuer, subject, made_by_sign_in."""
    rows = tx.dicts("SELECT user_id, issuer, subject, made_by_sign_in FROM user_identity")
    return {row.pop("user_id"): row for row in rows}


def link(
    tx: Tx, user_id: int, issuer: str, subject: str | None, now: float, *, made_by_sign_in: bool = False
) -> bool:
    """Say who a user is; False if they have a link, or the person belongs to another user."""
    made = tx.run(
        """INSERT INTO user_identity (user_id, issuer, subject, made_by_sign_in, linked_at)
           VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING""",
        (user_id, issuer, subject, made_by_sign_in, now),
    )
    return made > 0


def claim(tx: Tx, user_id: int, issuer: str, subject: str) -> bool:
    """Take the place that an admin keeps for whoever comes first; False if there is none (any more)."""
    sql = "UPDATE user_identity SET subject = ? WHERE user_id = ? AND issuer = ? AND subject IS NULL"
    return tx.run(sql, (subject, user_id, issuer)) > 0


def unlink(tx: Tx, user_id: int) -> bool:
    """Forget who a user is at the provider; False if there was no link."""
    return tx.run("DELETE FROM user_identity WHERE user_id = ?", (user_id,)) > 0
