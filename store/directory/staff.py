"""Which of our own people are which users of a directory.

A link is found by the mail address once. From then on it is the user's GUID that counts (`dir_user.id` stands
for it): whatever is renamed, moved or given another address, it stays, and whoever comes under the old
name or address is somebody else.
"""

from __future__ import annotations

from typing import Any

from store.tx import Tx

_USER = """u.id AS user_id, u.guid, u.name AS user_name, u.mail, u.phone, u.sam, u.upn, u.enabled, u.gone_at,
           d.name AS directory"""


def linked(tx: Tx) -> list[dict[str, Any]]:
    """Staff that are not archived, with their users, by staff: staff_id, note, and the user's columns."""
    return tx.dicts(
        f"""SELECT l.staff_id, l.note, {_USER} FROM staff_link l
            JOIN staff s ON s.id = l.staff_id JOIN dir_user u ON u.id = l.user_id
            JOIN directory d ON d.id = u.directory_id
            WHERE s.archived_at IS NULL ORDER BY l.staff_id"""
    )


def alike(tx: Tx) -> list[tuple[int, int]]:
    """(staff, user) of staff without a user, whose mail address one user has and no other staff."""
    return [
        (int(row[0]), int(row[1]))
        for row in tx.all(
            """SELECT s.id, MIN(u.id) FROM staff s
               JOIN dir_user u ON LOWER(u.mail) = LOWER(s.email) AND u.mail <> ''
               WHERE s.archived_at IS NULL AND s.email <> '' AND s.enabled
                 AND u.gone_at IS NULL AND u.kind = 'user' AND u.enabled
                 AND NOT EXISTS (SELECT 1 FROM staff_link l WHERE l.staff_id = s.id)
                 AND NOT EXISTS (SELECT 1 FROM staff_link l JOIN staff x ON x.id = l.staff_id
                                 WHERE l.user_id = u.id AND x.archived_at IS NULL)
                 AND NOT EXISTS (SELECT 1 FROM staff o WHERE o.id <> s.id AND o.archived_at IS NULL
                                 AND LOWER(o.email) = LOWER(s.email))
               GROUP BY s.id HAVING COUNT(*) = 1 ORDER BY s.id"""
        )
    ]


def link(tx: Tx, staff_id: int, user_id: int, by: str, now: float) -> bool:
    """This member of staff is that user; False if it was linked meanwhile."""
    return (
        tx.run(
            """INSERT INTO staff_link (staff_id, user_id, linked_by, linked_at) VALUES (?, ?, ?, ?)
               ON CONFLICT (staff_id) DO NOTHING""",
            (staff_id, user_id, by, now),
        )
        > 0
    )


def checked(tx: Tx, staff_id: int, note: str, now: float) -> None:
    """The member of staff was compared with its user; `note`: what we did because of it, or could not do."""
    tx.run("UPDATE staff_link SET checked_at = ?, note = ? WHERE staff_id = ?", (now, note, staff_id))


def of_user(tx: Tx, user_id: int) -> dict[str, Any] | None:
    """The member of staff that a user is: id, name, since (epoch seconds); None: nobody of ours."""
    rows = tx.dicts(
        """SELECT s.id, s.name, l.linked_at AS since FROM staff_link l JOIN staff s ON s.id = l.staff_id
           WHERE l.user_id = ? AND s.archived_at IS NULL ORDER BY l.linked_at DESC LIMIT 1""",
        (user_id,),
    )
    return rows[0] if rows else None
