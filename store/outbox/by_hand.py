"""What people do to mails of the outbox: take one out before it goes, or have one that failed tried again."""

from __future__ import annotations

from typing import Any

from store.tx import Tx


def cancel(tx: Tx, mail_id: int, by: str, now: float) -> bool:
    """It goes no more; False for one that is being sent, or has ended."""
    return (
        tx.run(
            """UPDATE mail SET state = 'failed', answer = ?, ended_at = ?
               WHERE id = ? AND state IN ('queued', 'unknown')""",
            (f"cancelled by {by}", now, mail_id),
        )
        > 0
    )


def retry(tx: Tx, mail_id: int, now: float) -> bool:
    """It is tried at once, one that has failed once more; False for one that went, or goes at most once."""
    changed = tx.run(
        """UPDATE mail SET state = CASE WHEN state = 'unknown' THEN 'unknown' ELSE 'queued' END,
               not_before = ?, ended_at = NULL
           WHERE id = ? AND state IN ('failed', 'queued', 'unknown') AND NOT at_most_once""",
        (now, mail_id),
    )
    if changed:
        tx.run(
            "UPDATE mail_recipient SET state = 'open', answer = NULL WHERE mail_id = ? AND state = 'refused'",
            (mail_id,),
        )
    return changed > 0


def one(tx: Tx, mail_id: int) -> dict[str, Any] | None:
    """A mail's row, or None."""
    rows = tx.dicts("SELECT * FROM mail WHERE id = ?", (mail_id,))
    return rows[0] if rows else None
