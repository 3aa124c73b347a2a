"""The files of a ticket's messages, in parts, so that a large one is never held whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from domain.mail_in.files import File
from store.tx import Tx, marks

#: Bytes of a part.
PART = 256 * 1024


def add(tx: Tx, message_id: int, files: Sequence[File]) -> None:
    """Keep the files of a message."""
    for each in files:
        found = tx.value(
            """INSERT INTO ticket_file (message_id, name, media_type, size, sha256)
               VALUES (?, ?, ?, ?, ?) RETURNING id""",
            (message_id, each.name, each.media_type, len(each.content), each.sha256),
        )
        tx.many(
            "INSERT INTO ticket_file_part (file_id, n, content) VALUES (?, ?, ?)",
            [
                (found, n, each.content[start : start + PART])
                for n, start in enumerate(range(0, len(each.content), PART))
            ],
        )


def of_messages(tx: Tx, message_ids: Sequence[int]) -> list[dict[str, Any]]:
    """id, message_id, name, media_type and size of each, in the order in which they came."""
    if not message_ids:
        return []
    return tx.dicts(
        f"""SELECT id, message_id, name, media_type, size FROM ticket_file
            WHERE message_id IN ({marks(message_ids)}) ORDER BY id""",
        message_ids,
    )


def one(tx: Tx, ticket_id: int, file_id: int) -> dict[str, Any] | None:
    """A file of a ticket: name, media_type, size, sha256; None: it has no such file."""
    rows = tx.dicts(
        """SELECT f.* FROM ticket_file f JOIN ticket_message m ON m.id = f.message_id
           WHERE f.id = ? AND m.ticket_id = ?""",
        (file_id, ticket_id),
    )
    return rows[0] if rows else None


def part(tx: Tx, file_id: int, n: int) -> bytes | None:
    """The bytes of part `n`; None after the last."""
    found = tx.value("SELECT content FROM ticket_file_part WHERE file_id = ? AND n = ?", (file_id, n))
    return None if found is None else bytes(found)
