"""Header fields that a mail may have besides those that every mail has."""

from __future__ import annotations

import re
from collections.abc import Sequence

from domain.mail.header import checked_line
from domain.mail.problem import MailProblem

#: (name, value)
Header = tuple[str, str]

#: What may be given; the others are the outbox's own. `Auto-Submitted` takes the place of the usual one.
ALLOWED = (
    "Reply-To",
    "In-Reply-To",
    "References",
    "Auto-Submitted",
    "Precedence",
    "List-Id",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "X-Tickworks-Loop",
)
LONGEST_VALUE = 2_000
_MESSAGE_ID = re.compile(r"<[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,150}@[A-Za-z0-9.-]{1,100}>")


def checked_headers(headers: Sequence[Header]) -> None:
    """Raises MailProblem for a name that is not one of `ALLOWED` or comes twice, and for a bad value."""
    seen: set[str] = set()
    for name, value in headers:
        if name not in ALLOWED or name in seen:
            raise MailProblem(f"header {name!r}: expected each of {', '.join(ALLOWED)} once at most")
        seen.add(name)
        checked_line(f"header {name}", value, LONGEST_VALUE)
        if not value.isascii():
            raise MailProblem(f"header {name}: expected plain ASCII")


def checked_message_id(text: str) -> str:
    """``<local@domain>``. Raises MailProblem."""
    if not _MESSAGE_ID.fullmatch(text):
        raise MailProblem(f"message_id: expected <something@example.org>, got {text[:80]!r}")
    return text
