"""A mail into the outbox; it goes out once, however often the same is put in."""

from __future__ import annotations

import json

from domain.mail.draft import Draft, checked
from store.tx import Tx

_RECIPIENT = "INSERT INTO mail_recipient (mail_id, n, field, address) VALUES (?, ?, ?, ?)"
_ATTACHMENT = """INSERT INTO mail_attachment (mail_id, n, name, media_type, content, reference)
                 VALUES (?, ?, ?, ?, ?, ?)"""


def put(tx: Tx, draft: Draft, now: float) -> int | None:
    """Keep a mail to be sent, in the caller's transaction; its id, or None if its key is there already.

    What is changed for the reason of the mail belongs into the same transaction: both or neither.
    Raises MailProblem naming all that is wrong with the draft; nothing is kept then.
    """
    checked(draft)
    mail_id = tx.value(
        """INSERT INTO mail (once_key, owner, source, sender, subject, body_text, body_html, state,
                             not_before, created_at, family, headers, message_id,
                             at_most_once)
           VALUES (?, ?, ?, ?, ?, ?, ?, 'queued', ?, ?, ?, ?, ?, ?)
           ON CONFLICT (once_key) DO NOTHING RETURNING id""",
        (
            draft.once_key,
            draft.owner,
            draft.source,
            draft.sender,
            draft.subject,
            draft.text,
            draft.html,
            max(draft.not_before, now),
            now,
            draft.family,
            json.dumps(draft.headers),
            draft.message_id,
            draft.at_most_once,
        ),
    )
    if mail_id is None:
        return None
    for n, (field, address) in enumerate(draft.recipients(), 1):
        tx.later(_RECIPIENT, (mail_id, n, field, address))
    for n, each in enumerate(draft.attachments, 1):
        tx.later(_ATTACHMENT, (mail_id, n, each.name, each.media_type, each.content, each.reference))
    return int(mail_id)
