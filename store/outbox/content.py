"""What is in a mail, read when it is about to be sent; its Message-ID is made once and kept."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from domain.mail.draft import Attachment
from domain.mail.extra_headers import Header
from store.outbox.claim import OURS, Claim, ClaimLost
from store.tx import Row, Statement, Tx

_NAMED = f"""UPDATE mail SET message_id = COALESCE(message_id, ?) WHERE {OURS}
             RETURNING message_id, sender, subject, body_text, body_html, created_at, headers"""
_PEOPLE = "SELECT field, address, state FROM mail_recipient WHERE mail_id = ? ORDER BY n"
_FILES = "SELECT name, media_type, content, reference FROM mail_attachment WHERE mail_id = ? ORDER BY n"


@dataclass(frozen=True, slots=True)
class Content:
    """A mail as it stands; `open` are the recipients who have no end yet, `created_at` epoch seconds."""

    message_id: str
    sender: str | None
    subject: str
    text: str
    html: str | None
    to: tuple[str, ...]
    cc: tuple[str, ...]
    open: tuple[str, ...]
    attachments: tuple[Attachment, ...]
    created_at: float
    headers: tuple[Header, ...] = ()


def content(tx: Tx, claimed: Claim, domain: str) -> Content:
    """The content of a claimed mail. `domain` is that of a new Message-ID; all tries have the same one.

    Raises ClaimLost.
    """
    found = contents(tx, [(claimed, domain)])
    if not found:
        raise ClaimLost(f"mail {claimed.mail_id} was given back: run {claimed.run_id} was taken for dead")
    return found[claimed.mail_id]


def contents(tx: Tx, claimed: Sequence[tuple[Claim, str]]) -> dict[int, Content]:
    """The same of several, in one round trip, by their numbers; without those that are not ours any more."""
    statements: list[Statement] = []
    for each, domain in claimed:
        named = f"<{uuid.uuid4().hex}@{domain}>"
        about = (each.mail_id,)
        statements += [(_NAMED, (named, *each.key)), (_PEOPLE, about), (_FILES, about)]
    answers = tx.batch(statements)
    return {
        each.mail_id: _content(rows[0], people, files)
        for (each, _), rows, people, files in zip(
            claimed, answers[::3], answers[1::3], answers[2::3], strict=True
        )
        if rows
    }


def _content(row: Row, people: Sequence[Row], files: Sequence[Row]) -> Content:
    return Content(
        message_id=row[0],
        sender=row[1],
        subject=row[2],
        text=row[3],
        html=row[4],
        to=tuple(address for field, address, _ in people if field == "to"),
        cc=tuple(address for field, address, _ in people if field == "cc"),
        open=tuple(address for _, address, state in people if state == "open"),
        attachments=tuple(
            Attachment(name, media_type, None if data is None else bytes(data), reference)
            for name, media_type, data, reference in files
        ),
        created_at=row[5],
        headers=tuple((name, value) for name, value in json.loads(row[6])),
    )
