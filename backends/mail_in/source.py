"""What a mailbox gives, whatever the protocol: a list of its mails, each of them once, and its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from backends.probe.conversation import Security

#: The usual port by protocol and how the connection is secured.
PORTS = {
    ("imap", "tls"): 993,
    ("imap", "starttls"): 143,
    ("imap", "none"): 143,
    ("pop3", "tls"): 995,
    ("pop3", "starttls"): 110,
    ("pop3", "none"): 110,
}
#: Seconds for a connection, and for one answer.
CONNECT_TIMEOUT = 6.0
TIMEOUT = 30.0
#: A mail may take this much longer than an answer: seconds for each byte, at 32 KiB/s.
SECONDS_PER_BYTE = 1 / 32_768
#: Bytes of the head of a mail that is too large.
LARGEST_HEAD = 256 * 1024
#: Mails that are listed at once; the others come with the next run, when these are gone.
MOST_LISTED = 100_000


@dataclass(frozen=True)
class Mailbox:
    """Where mail lies. `ca_file`: certificates to trust instead of the machine's; `timeout` in s."""

    protocol: str
    host: str
    port: int
    security: Security = "tls"
    ca_file: str = ""
    user: str = ""
    password: str = field(default="", repr=False)
    folder: str = "INBOX"
    timeout: float = TIMEOUT


@dataclass(frozen=True, slots=True)
class Listed:
    """A mail that lies there; `uid` stays the same over connections, `size` in bytes."""

    uid: str
    size: int


@dataclass(frozen=True, slots=True)
class Fetched:
    """The bytes of a mail, or of its head alone where it is too large (not `whole`)."""

    uid: str
    data: bytes
    size: int
    whole: bool


class MailSource(Protocol):
    """An open mailbox, signed in; every method raises BackendError, whose text names host and port."""

    def listed(self) -> list[Listed]:
        """What lies there, the oldest first."""
        ...

    def fetch(self, mail: Listed, limit: int) -> Fetched:
        """One mail; of one that is larger than `limit` bytes only its head. Changes nothing there."""
        ...

    def delete(self, uids: Sequence[str]) -> None:
        """Take mails away. POP3 does it at the end: only after `close(True)` they are gone."""
        ...

    def move(self, uids: Sequence[str], folder: str) -> None:
        """Put mails into another folder; ``denied`` where the protocol has none."""
        ...

    def close(self, keep: bool = True) -> None:
        """End the conversation. With ``keep=False`` nothing of what was deleted is meant any more (POP3).

        Raises BackendError (unknown_outcome) where the end was not acknowledged: list again before
        believing that a mail is gone.
        """
        ...
