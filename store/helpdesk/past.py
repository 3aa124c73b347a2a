"""What the helpdesk wrote down of mails and is past its term, also where HelpDeskWork is off.

Whoever answered a challenge is not asked again as long as a ticket of theirs is there. What is known of a
mail stays while it may still lie in its mailbox: until it was cleared, or its account is archived.
"""

from __future__ import annotations

from collections.abc import Iterator

from domain.retention import Terms
from store.retention import Gone, Past, delete, delete_pairs

_SEEN = Past("mails_seen", "mail_seen", "cleared_at < ?", key="account_id, uid")
_SEEN_BEFORE = Past(
    "mails_seen",
    "mail_seen",
    "account_id IN (SELECT a.id FROM mail_account a WHERE a.archived_at < ?)",
    key="account_id, uid",
)
_COMMANDS = Past("mail_commands", "command_log", "ended_at < ?")
_AUTO_REPLIES = Past("auto_replies", "mail_auto_reply", "at < ?", key="address")
_CHALLENGES = Past(
    "challenges",
    "mail_challenge",
    "at < ?",
    free="""(answered_at IS NULL OR NOT EXISTS (
        SELECT 1 FROM ticket t WHERE LOWER(t.requester) = LOWER(mail_challenge.address)))""",
)


def clean(terms: Terms, batch: int) -> Iterator[Gone]:
    """Delete it, one transaction for each step of the iteration."""
    for past in (_SEEN, _SEEN_BEFORE):
        yield from delete_pairs(past, terms.changes, batch)
    yield from delete(_COMMANDS, terms.changes, batch)
    yield from delete(_AUTO_REPLIES, terms.mail, batch)
    yield from delete(_CHALLENGES, terms.changes, batch)
