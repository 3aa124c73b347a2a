"""The messages of a ticket, with their files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from domain.mail_in.files import File
from store.helpdesk import file
from store.tx import Tx


@dataclass(frozen=True)
class Message:
    """`direction`: in, out or note. `mail_key`: its key in the outbox, if it goes out.

    `trouble`: limits that the mail met.
    """

    ticket_id: int
    direction: str
    sender: str
    text: str
    at: float
    message_id: str | None = None
    quoted: str = ""
    automatic: bool = False
    size: int = 0
    trouble: str = ""
    mail_key: str | None = None
    files: tuple[File, ...] = ()


_ADD = """INSERT INTO ticket_message (ticket_id, direction, message_id, sender, text, quoted, automatic,
                                       size, trouble, mail_key, at)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""


def add(tx: Tx, message: Message) -> None:
    """Keep a message with its files."""
    values = (
        *(message.ticket_id, message.direction, message.message_id, message.sender, message.text),
        *(message.quoted, message.automatic, message.size, message.trouble, message.mail_key, message.at),
    )
    if not message.files:
        tx.later(_ADD, values)
        return
    file.add(tx, tx.value(f"{_ADD} RETURNING id", values), message.files)


def of_ticket(tx: Tx, ticket_id: int, limit: int = 500) -> list[dict[str, Any]]:
    """The oldest first, each with its `files` (without their bytes) and the `mail_state` of the outbox."""
    rows = tx.dicts(
        """SELECT m.*, o.state AS mail_state, o.answer AS mail_answer FROM ticket_message m
           LEFT JOIN mail o ON o.once_key = m.mail_key WHERE m.ticket_id = ? ORDER BY m.id LIMIT ?""",
        (ticket_id, limit),
    )
    files = file.of_messages(tx, [row["id"] for row in rows])
    for row in rows:
        row["files"] = [each for each in files if each["message_id"] == row["id"]]
    return rows


def last_from(tx: Tx, ticket_id: int) -> list[str]:
    """The Message-IDs of the newest messages, the newest last: what an answer refers to."""
    rows = tx.all(
        """SELECT message_id FROM ticket_message WHERE ticket_id = ? AND message_id IS NOT NULL
           ORDER BY id DESC LIMIT 10""",
        (ticket_id,),
    )
    return [row[0] for row in reversed(rows)]


def ticket_of(tx: Tx, message_ids: Sequence[str]) -> int | None:
    """The ticket that one of these Message-IDs belongs to, the first known one decides."""
    for each in message_ids:
        found = tx.value("SELECT ticket_id FROM ticket_message WHERE message_id = ? LIMIT 1", (each,))
        if found is not None:
            return int(found)
    return None
