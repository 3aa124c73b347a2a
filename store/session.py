"""Sessions of users who signed in at the page; kept by the SHA-256 of what the browser holds.

A session ends by itself when it was idle for `IDLE` s, and `ABSOLUTE` s after its start.
"""

from __future__ import annotations

from typing import Any

from store.tx import Tx

IDLE = 8 * 3600.0
ABSOLUTE = 7 * 86400.0
#: That a session was seen is written at most so often, in s.
SEEN_EVERY = 60.0

#: Which sessions `s` let somebody in; its two parameters are those of `limits`.
ALIVE = "s.ended_at IS NULL AND s.seen_at > ? AND s.created_at > ?"


def start(tx: Tx, *, user_id: int, hashed: str, address: str, agent: str, now: float) -> int:
    """A new session; its id. Its user was seen by it."""
    tx.run("UPDATE app_user SET last_seen_at = ? WHERE id = ?", (now, user_id))
    return int(
        tx.value(
            """INSERT INTO session (hash, user_id, address, agent, created_at, seen_at)
               VALUES (?, ?, ?, ?, ?, ?) RETURNING id""",
            (hashed, user_id, address, agent[:300], now, now),
        )
    )


def alive(tx: Tx, hashed: str, now: float) -> dict[str, Any] | None:
    """Session and user of a hash; None if it lets nobody in.

    Keys: id, seen_at, user_id, name, role, must_change.
    """
    rows = tx.dicts(
        f"""SELECT s.id, s.seen_at, s.user_id, u.name, u.role, u.must_change
            FROM session s JOIN app_user u ON u.id = s.user_id
            WHERE s.hash = ? AND {ALIVE} AND u.disabled_at IS NULL""",
        (hashed, *limits(now)),
    )
    return rows[0] if rows else None


def seen(tx: Tx, session_id: int, user_id: int, address: str, now: float) -> bool:
    """Note that a session is in use; False if that was noted a moment ago, or it has ended."""
    noted = tx.run(
        "UPDATE session SET seen_at = ?, address = ? WHERE id = ? AND ended_at IS NULL AND seen_at <= ?",
        (now, address, session_id, now - SEEN_EVERY),
    )
    if noted:
        tx.run("UPDATE app_user SET last_seen_at = ? WHERE id = ?", (now, user_id))
    return noted > 0


def of(tx: Tx, user_id: int, now: float) -> list[dict[str, Any]]:
    """A user's sessions that let them in, the latest seen first; without hashes."""
    return tx.dicts(
        f"""SELECT s.id, s.address, s.agent, s.created_at, s.seen_at FROM session s
            WHERE s.user_id = ? AND {ALIVE} ORDER BY s.seen_at DESC, s.id DESC""",
        (user_id, *limits(now)),
    )


def end(tx: Tx, session_id: int, user_id: int, now: float) -> bool:
    """End one session of this user; False if it had ended or is another's."""
    sql = "UPDATE session SET ended_at = ? WHERE id = ? AND user_id = ? AND ended_at IS NULL"
    return tx.run(sql, (now, session_id, user_id)) > 0


def end_all(tx: Tx, user_id: int, now: float, but: int | None = None) -> int:
    """End all sessions of a user, `but` one; how many."""
    sql = "UPDATE session SET ended_at = ? WHERE user_id = ? AND ended_at IS NULL AND id <> ?"
    return tx.run(sql, (now, user_id, -1 if but is None else but))


def limits(now: float) -> tuple[float, float]:
    """Sessions must have been seen after the first and begun after the second: what `ALIVE` takes."""
    return now - IDLE, now - ABSOLUTE
