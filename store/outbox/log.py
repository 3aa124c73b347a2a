"""The mails of the outbox for reading, the newest first, page by page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from store.pattern import contains
from store.tx import Tx, marks

Rows = list[dict[str, Any]]

STATES = ("queued", "sending", "unknown", "sent", "kept", "failed")
#: A page looks through so many mails at most, so that a rare word never reads through all of them.
REACH = 5_000
_COLUMNS = """id, owner, source, family, sender, subject, message_id, state, tries, not_before, answer,
    created_at, ended_at, at_most_once"""


@dataclass(frozen=True)
class Wanted:
    """Each given value narrows. `recipient` is a whole address, `text` a part of the subject."""

    state: str | None = None
    family: str | None = None
    recipient: str | None = None
    text: str | None = None


def page(tx: Tx, wanted: Wanted, limit: int, before: int | None = None) -> tuple[Rows, int | None]:
    """At most `limit` mails with numbers below `before`, and the `before` of the next page or None."""
    wheres, params = ["id < ?"], [before if before is not None else 2**63 - 1]
    if wanted.state is not None:
        wheres.append("state = ?")
        params.append(wanted.state)  # type: ignore[arg-type]
    if wanted.recipient is not None:
        wheres.append("id IN (SELECT mail_id FROM mail_recipient WHERE LOWER(address) = LOWER(?))")
        params.append(wanted.recipient)  # type: ignore[arg-type]
    likes: list[str] = []
    more: list[Any] = []
    if wanted.family is not None:
        likes.append("family = ?")
        more.append(wanted.family)
    if wanted.text is not None:
        likes.append("LOWER(subject) LIKE LOWER(?) ESCAPE '\\'")
        more.append(contains(wanted.text))
    inner = f"SELECT {_COLUMNS} FROM mail WHERE {' AND '.join(wheres)} ORDER BY id DESC LIMIT ?"
    rows = tx.dicts(
        f"""SELECT * FROM ({inner}) m {"WHERE" if likes else ""} {" AND ".join(likes)}
            ORDER BY id DESC LIMIT ?""",
        (*params, REACH if likes else limit + 1, *more, limit + 1),
    )
    if len(rows) > limit:
        return rows[:limit], rows[limit - 1]["id"]
    if not likes:
        return rows, None
    sql = f"SELECT id FROM mail WHERE {' AND '.join(wheres)} ORDER BY id DESC LIMIT 1 OFFSET ?"
    return rows, tx.value(sql, (*params, REACH - 1))


def one(tx: Tx, mail_id: int) -> dict[str, Any] | None:
    """A mail with its text, or None."""
    rows = tx.dicts(f"SELECT {_COLUMNS}, body_text FROM mail WHERE id = ?", (mail_id,))
    return rows[0] if rows else None


def recipients(tx: Tx, mail_ids: Sequence[int]) -> dict[int, Rows]:
    """The recipients of these mails, in order."""
    found: dict[int, Rows] = {each: [] for each in mail_ids}
    if mail_ids:
        sql = f"SELECT * FROM mail_recipient WHERE mail_id IN ({marks(mail_ids)}) ORDER BY mail_id, n"
        for row in tx.dicts(sql, mail_ids):
            found[row["mail_id"]].append(row)
    return found


def tries(tx: Tx, mail_id: int) -> Rows:
    """The tries of a mail, in order."""
    return tx.dicts("SELECT * FROM mail_try WHERE mail_id = ? ORDER BY n", (mail_id,))


def attachments(tx: Tx, mail_id: int) -> Rows:
    """Names and types of what is attached."""
    sql = "SELECT n, name, media_type, reference FROM mail_attachment WHERE mail_id = ? ORDER BY n"
    return tx.dicts(sql, (mail_id,))


def families(tx: Tx) -> list[str]:
    """The families whose mail is among the newest."""
    sql = f"SELECT DISTINCT family FROM (SELECT family FROM mail ORDER BY id DESC LIMIT {REACH}) m"
    return sorted(row[0] for row in tx.all(sql) if row[0])


def counts(tx: Tx) -> dict[str, int]:
    """How many mails are on their way, by state; of those that have ended nobody counts."""
    sql = (
        """SELECT state, COUNT(*) FROM mail WHERE state IN ('queued', 'sending', 'unknown') GROUP BY state"""
    )
    return {row[0]: int(row[1]) for row in tx.all(sql)}
