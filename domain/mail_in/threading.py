"""Which ticket a mail belongs to: by a signed token in its subject or in the Message-IDs it answers.

A token is for one ticket and one purpose: the customer's, or that of one staff member. Nobody who does
not know the ticket's secret makes one.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Iterator

from domain.mail_in.parse import Parsed

LETTERS = 16  # 80 bits
CUSTOMER = "customer"
_TAG = re.compile(r"\[#(\d{1,18})\.([a-z2-7]{16})\]", re.IGNORECASE)
_OURS = re.compile(r"<tw\.(\d{1,18})\.([a-z2-7]{16})\.[0-9a-z]{1,64}@[^>]+>", re.IGNORECASE)


def new_secret() -> str:
    """What the tokens of a new ticket are made with."""
    return secrets.token_hex(16)


def staff(staff_id: int) -> str:
    """The purpose of a staff member's token."""
    return f"staff {staff_id}"


def token(secret: str, ticket_id: int, purpose: str = CUSTOMER) -> str:
    """The token of a ticket for a purpose."""
    made = hmac.new(secret.encode(), f"{ticket_id} {purpose}".encode(), hashlib.sha256).digest()
    return base64.b32encode(made)[:LETTERS].decode().lower()


def is_token(given: str, secret: str, ticket_id: int, purpose: str = CUSTOMER) -> bool:
    """Whether a token is this one, in constant time."""
    return hmac.compare_digest(given.lower().encode(), token(secret, ticket_id, purpose).encode())


def tagged(subject: str, ticket_id: int, given: str) -> str:
    """A subject with its token at the end, where no mail program takes it away."""
    bare = " ".join(_TAG.sub("", subject).split())[:400] or "(no subject)"
    return f"{bare} [#{ticket_id}.{given}]"


def untagged(subject: str) -> str:
    """A subject without tokens."""
    return " ".join(_TAG.sub("", subject).split())


def message_id(ticket_id: int, given: str, nonce: str, domain: str) -> str:
    """The Message-ID of a mail of ours: an answer names it, so that the answer is known by it."""
    return f"<tw.{ticket_id}.{given}.{nonce}@{domain}>"


def named(mail: Parsed) -> Iterator[tuple[int, str]]:
    """The tickets that a mail names, with the token of each: the subject's, then those it answers."""
    seen: set[tuple[int, str]] = set()
    found = [*_TAG.findall(mail.subject)]
    for each in (*mail.in_reply_to, *reversed(mail.references)):
        found += _OURS.findall(each)
    for number, given in found:
        one = (int(number), given.lower())
        if one not in seen:
            seen.add(one)
            yield one


def answered(mail: Parsed) -> list[str]:
    """The Message-IDs that a mail answers, the nearest first."""
    return list(dict.fromkeys((*mail.in_reply_to, *reversed(mail.references))))
