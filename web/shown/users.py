"""Users, their sessions and their access tokens, as page and command line show them; never a hash."""

from __future__ import annotations

from typing import Any

from domain.time.clock import rfc3339
from store import api_token, identity, session, user
from store.tx import Tx


def listing(tx: Tx) -> list[dict[str, Any]]:
    """Every user: name, role, enabled, one_time (the password is still one), created_at, last_seen_at,
    password (they have one), linked (they may come through the identity provider).
    """
    linked = identity.linked(tx)
    return [
        {
            "name": row["name"],
            "role": row["role"],
            "enabled": row["disabled_at"] is None,
            "one_time": bool(row["must_change"]),
            "password": bool(row["with_password"]),
            "linked": row["id"] in linked,
            "created_at": rfc3339(row["created_at"]),
            "last_seen_at": rfc3339(row["last_seen_at"]),
        }
        for row in user.rows(tx)
    ]


def sessions(tx: Tx, user_id: int, now: float, current: int | None = None) -> list[dict[str, Any]]:
    """A user's open sessions, the latest seen first: id, address, browser, created_at, seen_at, current."""
    return [
        {
            "id": row["id"],
            "address": row["address"],
            "browser": row["agent"],
            "created_at": rfc3339(row["created_at"]),
            "seen_at": rfc3339(row["seen_at"]),
            "current": row["id"] == current,
        }
        for row in session.of(tx, user_id, now)
    ]


def tokens(tx: Tx, now: float, user_id: int | None = None) -> list[dict[str, Any]]:
    """Tokens (of a user), the newest first: prefix, name, user, role, state and times.

    `state` is active, expired, revoked, or disabled for one whose owner is.
    """
    return [
        {
            "prefix": row["prefix"],
            "name": row["name"],
            "user": row["user_name"],
            "role": row["role"],
            "state": _state(row, now),
            "created_at": rfc3339(row["created_at"]),
            "expires_at": rfc3339(row["expires_at"]),
            "last_used_at": rfc3339(row["last_used_at"]),
        }
        for row in api_token.rows(tx, user_id)
    ]


def _state(row: dict[str, Any], now: float) -> str:
    if row["revoked_at"] is not None:
        return "revoked"
    if row["expires_at"] is not None and row["expires_at"] <= now:
        return "expired"
    return "active" if row["user_disabled_at"] is None else "disabled"
