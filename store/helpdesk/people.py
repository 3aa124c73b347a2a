"""Who writes and who answers: staff, contacts and departments as the helpdesk looks them up."""

from __future__ import annotations

from typing import Any

from store.tx import Tx

_LIVE = "archived_at IS NULL"


def staff(tx: Tx) -> list[dict[str, Any]]:
    """All active staff that have an address: id, name, email."""
    sql = f"SELECT id, name, email FROM staff WHERE enabled AND email <> '' AND {_LIVE} ORDER BY id"
    return tx.dicts(sql)


def staff_named(tx: Tx, name: str) -> dict[str, Any] | None:
    """The active staff member of this name, login or address."""
    sql = f"""SELECT id, name, email, login FROM staff WHERE enabled AND {_LIVE}
              AND LOWER(?) IN (LOWER(name), LOWER(login), LOWER(email)) ORDER BY id LIMIT 2"""
    rows = tx.dicts(sql, (name.strip(),)) if name.strip() else []
    return rows[0] if len(rows) == 1 else None


def contact_of(tx: Tx, address: str) -> dict[str, Any] | None:
    """The contact with this address: `id`, `name`, `organisation_id`; of several the first."""
    sql = f"""SELECT id, name, organisation_id FROM contact
              WHERE LOWER(email) = LOWER(?) AND email <> '' AND {_LIVE} ORDER BY id LIMIT 1"""
    rows = tx.dicts(sql, (address,)) if address else []
    return rows[0] if rows else None


def confirmed(tx: Tx, address: str) -> bool:
    """Whether an unknown sender has answered a challenge once."""
    sql = "SELECT 1 FROM mail_challenge WHERE LOWER(address) = LOWER(?) AND answered_at IS NOT NULL"
    return tx.value(sql, (address,)) is not None


def challenge(tx: Tx, address: str, token: str, now: float) -> bool:
    """Note that an address is challenged; False if it was within a day."""
    return (
        tx.run(
            """INSERT INTO mail_challenge (address, token, at) VALUES (LOWER(?), ?, ?)
               ON CONFLICT (LOWER(address)) DO UPDATE SET at = excluded.at
               WHERE mail_challenge.at <= excluded.at - 86400""",
            (address, token, now),
        )
        > 0
    )


def answered(tx: Tx, address: str, now: float) -> bool:
    """The address has answered; whether it was asked and had not answered before."""
    sql = "UPDATE mail_challenge SET answered_at = ? WHERE LOWER(address) = LOWER(?) AND answered_at IS NULL"
    return tx.run(sql, (now, address)) > 0


def may_auto_reply(tx: Tx, address: str, now: float, every: float) -> bool:
    """Note an automatic answer to an address; False if it had one within `every` seconds."""
    return (
        tx.run(
            """INSERT INTO mail_auto_reply (address, at) VALUES (LOWER(?), ?)
               ON CONFLICT (address) DO UPDATE SET at = excluded.at
               WHERE mail_auto_reply.at <= excluded.at - ?""",
            (address, now, every),
        )
        > 0
    )
