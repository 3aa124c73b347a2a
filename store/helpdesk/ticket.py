"""Tickets: each change is one guarded UPDATE that says whether it happened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain.mail_in.threading import new_secret
from store.tx import Tx

STATES = ("open", "waiting", "closed", "deleted", "unconfirmed")
PRIORITIES = ("urgent", "high", "normal", "low")
#: What may be changed by itself.
CHANGED = ("department_id", "priority", "assigned_to", "subject")


def create(tx: Tx, values: Mapping[str, Any], now: float) -> int:
    """A new ticket; its number. `values`: subject, requester, requester_name, and the others if known.

    Its `secret`, which its tokens are made with, is made here unless it is given.
    """
    names = ("organisation_id", "contact_id", "department_id", "subject", "requester", "requester_name")
    return int(
        tx.value(
            f"""INSERT INTO ticket ({", ".join(names)}, state, priority, secret, created_at, changed_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id""",
            (
                *(values.get(name) for name in names),
                *(values.get("state", "open"), values.get("priority", "normal")),
                *(values.get("secret") or new_secret(), now, now),
            ),
        )
    )


def one(tx: Tx, ticket_id: int) -> dict[str, Any] | None:
    """A ticket's row, with the names of what it refers to."""
    rows = tx.dicts(f"{SELECT} WHERE t.id = ?", (ticket_id,))
    return rows[0] if rows else None


SELECT = """
    SELECT t.*, o.name AS organisation, d.name AS department, s.name AS assignee, c.name AS contact
    FROM ticket t LEFT JOIN organisation o ON o.id = t.organisation_id
    LEFT JOIN department d ON d.id = t.department_id LEFT JOIN staff s ON s.id = t.assigned_to
    LEFT JOIN contact c ON c.id = t.contact_id"""


def move(tx: Tx, ticket_id: int, state: str, now: float, revision: int | None = None) -> bool:
    """Into another state; False if it is in it, or was changed since `revision`."""
    deleted = now if state == "deleted" else None
    closed = now if state == "closed" else None
    return (
        tx.run(
            """UPDATE ticket SET state = ?, deleted_at = ?, closed_at = ?, changed_at = ?,
                                 revision = revision + 1
               WHERE id = ? AND state <> ? AND (CAST(? AS BIGINT) IS NULL OR revision = ?)""",
            (state, deleted, closed, now, ticket_id, state, revision, revision),
        )
        > 0
    )


def change(tx: Tx, ticket_id: int, field: str, value: Any, now: float, revision: int | None = None) -> bool:
    """One of `CHANGED`; False if it was changed since `revision`. Raises ValueError for another field."""
    if field not in CHANGED:
        raise ValueError(f"{field}: expected one of {', '.join(CHANGED)}")
    return (
        tx.run(
            f"""UPDATE ticket SET {field} = ?, changed_at = ?, revision = revision + 1
                WHERE id = ? AND (CAST(? AS BIGINT) IS NULL OR revision = ?)""",
            (value, now, ticket_id, revision, revision),
        )
        > 0
    )


def touch(tx: Tx, ticket_id: int, now: float, lock_until: float | None, state: str | None = None) -> None:
    """A message came or went: a lock begins anew, and the ticket is in `state` unless it is deleted."""
    tx.run(
        """UPDATE ticket SET changed_at = ?, revision = revision + 1,
                  lock_until = CASE WHEN lock_until IS NULL THEN NULL ELSE COALESCE(?, lock_until) END,
                  closed_at = CASE WHEN CAST(? AS TEXT) IS NULL OR deleted_at IS NOT NULL THEN closed_at END,
                  state = CASE WHEN deleted_at IS NOT NULL THEN state ELSE COALESCE(?, state) END
           WHERE id = ?""",
        (now, lock_until, state, state, ticket_id),
    )


def lock(tx: Tx, ticket_id: int, by: str, until: float, now: float) -> bool:
    """Take or renew the lock; False while somebody else has it."""
    return (
        tx.run(
            """UPDATE ticket SET lock_by = ?, lock_until = ?, revision = revision + 1
               WHERE id = ? AND (lock_by IS NULL OR lock_by = ? OR lock_until <= ?)""",
            (by, until, ticket_id, by, now),
        )
        > 0
    )


def unlock(tx: Tx, ticket_id: int, by: str | None) -> bool:
    """Give the lock back; `by`: only if it is theirs."""
    return (
        tx.run(
            """UPDATE ticket SET lock_by = NULL, lock_until = NULL, revision = revision + 1
               WHERE id = ? AND lock_by IS NOT NULL AND lock_by = COALESCE(?, lock_by)""",
            (ticket_id, by),
        )
        > 0
    )


def free_locks(tx: Tx, now: float) -> list[int]:
    """Give back the locks whose time has run out; the tickets."""
    rows = tx.all(
        """UPDATE ticket SET lock_by = NULL, lock_until = NULL, revision = revision + 1
           WHERE lock_until <= ? RETURNING id""",
        (now,),
    )
    return sorted(row[0] for row in rows)


def forget(tx: Tx, ticket_id: int) -> bool:
    """Remove one for good, with its messages and files; False where there is none."""
    return tx.run("DELETE FROM ticket WHERE id = ?", (ticket_id,)) > 0


def forget_deleted(tx: Tx, before: float, limit: int = 20) -> int:
    """Remove tickets deleted before `before` for good, with their messages and files; how many."""
    return tx.run(
        """DELETE FROM ticket WHERE id IN (
               SELECT id FROM ticket WHERE deleted_at < ? ORDER BY deleted_at LIMIT ?)""",
        (before, limit),
    )
