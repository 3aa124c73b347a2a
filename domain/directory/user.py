"""What is kept of a directory's user: what an operator or a tool set, and how the account stands now."""

from __future__ import annotations

import hashlib
from dataclasses import astuple, dataclass
from typing import Literal

MailboxKind = Literal["user", "shared", "room", "equipment"]
PasswordEnd = Literal["never", "now", "at"]

#: msExchRecipientTypeDetails of mailboxes that nobody signs in to (Exchange: RecipientTypeDetails).
_EXCHANGE: dict[int, MailboxKind] = {4: "shared", 16: "room", 32: "equipment"}
#: Where there is no Exchange, the word in employeeType says so.
_WORDS: dict[str, MailboxKind] = {"shared": "shared", "room": "room", "equipment": "equipment"}


@dataclass(frozen=True, slots=True)
class UserFacts:
    """What changes bring, in the order of the columns; times in epoch seconds."""

    dn: str
    sam: str
    upn: str
    name: str
    mail: str
    employee_id: str
    phone: str
    kind: MailboxKind
    enabled: bool
    must_change: bool
    password_changed_at: float | None
    expires_at: float | None

    @property
    def hash(self) -> str:
        """Changes when anything of it does."""
        return digest(*astuple(self))


@dataclass(frozen=True, slots=True)
class UserState:
    """What a controller computes when it is asked; times in epoch seconds."""

    locked: bool
    locked_at: float | None
    password_expires: PasswordEnd
    password_expires_at: float | None


def mailbox_kind(exchange: int, employee_type: str) -> MailboxKind:
    """From msExchRecipientTypeDetails (0: it has none), else from employeeType."""
    return _EXCHANGE.get(exchange) or _WORDS.get(employee_type.strip().lower(), "user")


def digest(*values: object) -> str:
    """The same for the same values."""
    text = "\0".join(map(repr, values))
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
