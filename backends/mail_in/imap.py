"""A mailbox over IMAP4rev1 (RFC 3501, UIDPLUS of RFC 4315), by the standard library.

Its uids are ``UIDVALIDITY.UID``: when a server begins to count anew, no old number means a new mail.
"""

from __future__ import annotations

import imaplib
import re
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any

from backends.error import BackendError, one_line
from backends.mail_in.guarded import Guard
from backends.mail_in.source import LARGEST_HEAD, MOST_LISTED, SECONDS_PER_BYTE, Fetched, Listed, Mailbox

#: Mails that one command names.
AT_ONCE = 500
#: What a server says to a sign-in that may work later (RFC 5530).
LATER = ("[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[SERVERBUG]")
_SIZE = re.compile(rb"UID (\d+)\b.*?RFC822\.SIZE (\d+)|RFC822\.SIZE (\d+).*?UID (\d+)\b")
_OWN_FIELDS = 4_096


class ImapSource:
    """See `backends.mail_in.source.MailSource`."""

    def __init__(self, mailbox: Mailbox, stopping: Callable[[], bool] = lambda: False) -> None:
        """Connect, secure, sign in and open the folder. Raises BackendError."""
        self._guard = guard = Guard(mailbox, stopping)
        self._client: _Client | None = None
        try:
            with guard.talk("the greeting"):
                self._client = _Client(guard)
                if mailbox.security == "starttls":
                    self._client.secure()
            guard.check_clear()
            self._sign_in(self._client, mailbox)
            with guard.talk(f"folder {mailbox.folder}", refused="missing"):
                self._validity = self._open(self._client, mailbox.folder)
        except BaseException:
            self._end()
            raise

    def listed(self) -> list[Listed]:
        """What is in the folder and not marked as deleted, the oldest first."""
        found: dict[int, int] = {}
        with self._guard.talk("SEARCH"):
            (said,) = self._said("SEARCH", "UNDELETED")[:1] or [b""]
            uids = [int(each) for each in (said or b"").split()][:MOST_LISTED]
            for some in _parts(uids):
                self._guard.cut_off.allow(self._guard.mailbox.timeout)
                for line in self._said("FETCH", some, "(UID RFC822.SIZE)"):
                    if isinstance(line, bytes) and (match := _SIZE.search(line)):
                        uid, size = (match[1], match[2]) if match[1] else (match[4], match[3])
                        found[int(uid)] = int(size)
        return [Listed(f"{self._validity}.{uid}", found[uid]) for uid in sorted(found)]

    def fetch(self, mail: Listed, limit: int) -> Fetched:
        """One mail, without marking it as read. Raises BackendError: ``missing`` where it is gone."""
        whole = mail.size <= limit
        most = limit if whole else LARGEST_HEAD
        what = f"BODY.PEEK[{'' if whole else 'HEADER'}]<0.{most}>"
        with self._guard.talk("FETCH", self._guard.mailbox.timeout + most * SECONDS_PER_BYTE):
            self._opened.most = most + _OWN_FIELDS
            said = self._said("FETCH", self._number(mail.uid), f"({what})")
        for each in said:
            if isinstance(each, tuple):
                return Fetched(mail.uid, bytes(each[1]), mail.size, whole)
        raise BackendError("missing", f"{self._guard.where}: mail {mail.uid} is gone")

    def delete(self, uids: Sequence[str]) -> None:
        """Take mails away, and none that somebody else has marked."""
        with self._guard.talk("delete"):
            for some in _parts([self._number(uid) for uid in uids]):
                self._guard.cut_off.allow(self._guard.mailbox.timeout)
                self._said("STORE", some, "+FLAGS.SILENT", r"(\Deleted)")
                if "UIDPLUS" in self._opened.capabilities:
                    self._said("EXPUNGE", some)

    def move(self, uids: Sequence[str], folder: str) -> None:
        """Put mails into another folder, which is made where there is none."""
        with self._guard.talk(f"move to {folder}"):
            self._opened.create(_quoted(folder))
            for some in _parts([self._number(uid) for uid in uids]):
                self._guard.cut_off.allow(self._guard.mailbox.timeout)
                self._said("COPY", some, _quoted(folder))
        self.delete(uids)

    def close(self, keep: bool = True) -> None:
        """End the conversation."""
        if self._client is not None and not self._guard.cut_off.fired:
            with suppress(BackendError), self._guard.talk("LOGOUT", 3.0):
                self._client.logout()
        self._end()

    @property
    def _opened(self) -> _Client:
        assert self._client is not None
        return self._client

    def _sign_in(self, client: _Client, mailbox: Mailbox) -> None:
        for text in (mailbox.user, mailbox.password):
            if not text.isascii() or not text.isprintable():
                raise BackendError(
                    "auth", f"{self._guard.where}: LOGIN knows only plain ASCII names and passwords"
                )
        try:
            with self._guard.talk("sign-in refused", refused="auth"):
                client.login(_quoted(mailbox.user), mailbox.password)
                client.capabilities = tuple(str(client.capability()[1][0], "ascii").upper().split())
        except BackendError as error:
            if error.kind == "auth" and any(word in str(error).upper() for word in LATER):
                raise BackendError("throttled", str(error)) from None
            raise

    def _open(self, client: _Client, folder: str) -> int:
        good, said = client.select(_quoted(folder))
        if good != "OK":
            raise client.error(one_line(said[0] or b"it cannot be opened", longest=120))
        value = client.response("UIDVALIDITY")[1][0]
        if not isinstance(value, bytes) or not value.isdigit():
            raise BackendError("invalid", f"{self._guard.where}: the folder {folder} has no UIDVALIDITY")
        return int(value)

    def _said(self, command: str, *words: str) -> list[Any]:
        good, said = self._opened.uid(command, *words)
        if good != "OK":
            raise self._opened.error(one_line(said[0] if said and said[0] else b"it said no", longest=120))
        return [each for each in said if each is not None]

    def _number(self, uid: str) -> str:
        validity, _, number = uid.partition(".")
        if validity != str(self._validity):
            raise BackendError("missing", f"{self._guard.where}: mail {uid} is of another numbering")
        return number

    def _end(self) -> None:
        self._client = None
        self._guard.end()


class _Client(imaplib.IMAP4):
    """imaplib's client over a guarded socket; one literal has at most `most` bytes."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        guard.client = self
        self.most = 1_000_000
        super().__init__(guard.mailbox.host, guard.mailbox.port, guard.mailbox.timeout)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        return self._guard.connect()

    def secure(self) -> None:
        """STARTTLS, watched from then on."""
        if "STARTTLS" not in self.capabilities:
            raise BackendError(
                "denied", f"{self._guard.where}: it offers no STARTTLS; nothing is sent unencrypted"
            )
        self.starttls(self._guard.tls())
        self._guard.secured(self.sock)

    def read(self, size: int) -> bytes:
        if size > self.most:
            raise BackendError("invalid", f"{self._guard.where}: it sends more than was asked for")
        return super().read(size)


def _quoted(text: str) -> str:
    if any(char in text for char in "\r\n\0"):
        raise ValueError("a name holds a line break")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _parts(uids: Sequence[object]) -> Iterator[str]:
    """Sets of uids for one command each."""
    for start in range(0, len(uids), AT_ONCE):
        yield ",".join(map(str, uids[start : start + AT_ONCE]))
