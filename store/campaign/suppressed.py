"""Addresses that get no campaign any more: because somebody asked, or because there is no such mailbox."""

from __future__ import annotations

import secrets
from typing import Any

from store import setting
from store.tx import Tx

Row = dict[str, Any]
#: The setting that holds the key of links; made once, so that old links go on working.
KEY = "unsubscribe_key"


def key(tx: Tx, now: float) -> bytes:
    """The key that links are signed with; made at the first time."""
    found = setting.get(tx, KEY)
    if found is None:
        found = secrets.token_hex(32)
        setting.put(tx, KEY, found, now)
    return bytes.fromhex(found)


def known_key(tx: Tx) -> bytes | None:
    """The same for reading; None while no link was made."""
    found = setting.get(tx, KEY)
    return None if found is None else bytes.fromhex(found)


def add(
    tx: Tx,
    address: str,
    why: str,
    now: float,
    *,
    organisation_id: int = 0,
    said: str | None = None,
    campaign_id: int | None = None,
) -> bool:
    """Send an address no more, of one organisation or of all (0); False if it is so already.

    What waits for it goes no more: also what is in the outbox and has not begun.
    """
    name = address.lower()
    added = tx.run(
        """INSERT INTO suppressed (organisation_id, address, why, said, campaign_id, at)
           VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING""",
        (organisation_id, name, why, said, campaign_id, now),
    )
    rows = tx.all(
        """SELECT r.id, r.state, r.mail_id FROM campaign_recipient r JOIN campaign c ON c.id = r.campaign_id
           WHERE LOWER(r.address) = ? AND r.state IN ('waiting', 'queued')
             AND (CAST(? AS BIGINT) = 0 OR c.organisation_id = ?)""",
        (name, organisation_id, organisation_id),
    )
    for recipient_id, state, mail_id in rows:
        if state == "queued" and not tx.run("DELETE FROM mail WHERE id = ? AND state = 'queued'", (mail_id,)):
            continue  # it is on its way
        tx.run(
            """UPDATE campaign_recipient SET state = ?, answer = ?, ended_at = ?, mail_id = NULL
               WHERE id = ? AND state IN ('waiting', 'queued')""",
            ("bounced" if why == "bounced" else "unsubscribed", f"suppressed: {why}", now, recipient_id),
        )
    return added > 0


def remove(tx: Tx, address: str, organisation_id: int) -> bool:
    """Send to it again; False if it was not suppressed."""
    sql = "DELETE FROM suppressed WHERE address = ? AND organisation_id = ?"
    return tx.run(sql, (address.lower(), organisation_id)) > 0


def page(tx: Tx, text: str | None, limit: int, before: float | None = None) -> tuple[list[Row], float | None]:
    """The newest first; `text`: an address, or its beginning. And the `before` of the next page or None."""
    params: list[Any] = [before if before is not None else 1e18]
    only = ""
    if text:
        only = "AND s.address >= ? AND s.address < ?"
        params += [text.lower(), text.lower() + "\U0010ffff"]
    rows = tx.dicts(
        f"""SELECT s.*, o.name AS organisation, c.name AS campaign FROM suppressed s
            LEFT JOIN organisation o ON o.id = s.organisation_id LEFT JOIN campaign c ON c.id = s.campaign_id
            WHERE s.at < ? {only} ORDER BY s.at DESC, s.address LIMIT ?""",
        (*params, limit + 1),
    )
    return rows[:limit], rows[limit - 1]["at"] if len(rows) > limit else None


def recipient(tx: Tx, recipient_id: int) -> Row | None:
    """Whom a link names: address, campaign and organisation; None where that is forgotten."""
    rows = tx.dicts(
        """SELECT r.id, r.address, r.campaign_id, c.name AS campaign, o.name AS organisation,
                  COALESCE(c.organisation_id, 0) AS organisation_id
           FROM campaign_recipient r JOIN campaign c ON c.id = r.campaign_id
           LEFT JOIN organisation o ON o.id = c.organisation_id WHERE r.id = ?""",
        (recipient_id,),
    )
    return rows[0] if rows else None


def bounced(tx: Tx, address: str, message_id: str, status: str, at: float, said: str = "") -> bool:
    """A report says that a mail of ours never arrived; whether it was one of a campaign to this address.

    Only the Message-ID of our own mail counts: anybody can write a report.
    """
    from domain.mail.bounce import no_such_address

    row = tx.one(
        """SELECT r.id, r.campaign_id FROM mail m JOIN campaign_recipient r ON r.mail_id = m.id
           WHERE m.message_id = ? AND LOWER(r.address) = LOWER(?)""",
        (message_id, address),
    )
    if row is None or not status.startswith("5"):
        return False
    changed = tx.run(
        """UPDATE campaign_recipient SET state = 'bounced', answer = ?, ended_at = COALESCE(ended_at, ?)
           WHERE id = ? AND state IN ('queued', 'sent', 'failed')""",
        (f"{status} {said}".strip()[:500], at, row[0]),
    )
    if no_such_address(status):
        add(tx, address, "bounced", at, said=f"{status} {said}".strip()[:500], campaign_id=row[1])
    return changed > 0
