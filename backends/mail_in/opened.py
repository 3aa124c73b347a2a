"""From an object of kind ``mail_account`` to an open mailbox, and trying one out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from backends.error import BackendError
from backends.mail_in.imap import ImapSource
from backends.mail_in.pop3 import Pop3Source
from backends.mail_in.source import PORTS, TIMEOUT, Mailbox, MailSource

#: Seconds that somebody waits for an answer.
PATIENCE = 10.0


def mailbox_of(account: Mapping[str, Any], password: str, timeout: float = TIMEOUT) -> Mailbox:
    """Where its mail lies."""
    port = account["port"] or PORTS[account["protocol"], account["security"]]
    return Mailbox(
        protocol=account["protocol"],
        host=account["host"],
        port=port,
        security=account["security"],
        ca_file=account["ca_file"],
        user=account["username"],
        password=password,
        folder=account["folder"] or "INBOX",
        timeout=timeout,
    )


def opened(mailbox: Mailbox, stopping: Callable[[], bool] = lambda: False) -> MailSource:
    """The mailbox, signed in. Raises BackendError."""
    if mailbox.protocol == "pop3":
        return Pop3Source(mailbox, stopping)
    return ImapSource(mailbox, stopping)


def try_out(found: Mapping[str, Any], secret: Callable[[str], str]) -> list[tuple[bool, str]]:
    """What worked and what did not, a line each. Raises what `secret` raises."""
    password = secret(found["password"]) if found["password"] else ""
    mailbox = mailbox_of(found, password, PATIENCE)
    try:
        source = opened(mailbox)
        mails = len(source.listed())
        source.close(keep=False)
    except BackendError as error:
        return [(False, str(error))]
    where = f"{mailbox.host}:{mailbox.port}"
    return [(True, f"{where} lets {mailbox.user} in"), (True, f"{mails} mails in {mailbox.folder}")]
