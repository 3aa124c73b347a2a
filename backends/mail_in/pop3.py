"""A mailbox over POP3 (RFC 1939, RFC 2449, RFC 2595), by the standard library.

Its uids are those of UIDL. What is deleted goes at QUIT: a connection that ends before leaves all there.
"""

from __future__ import annotations

import poplib
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress

from backends.error import BackendError
from backends.mail_in.guarded import Guard
from backends.mail_in.source import LARGEST_HEAD, MOST_LISTED, SECONDS_PER_BYTE, Fetched, Listed, Mailbox

#: What a server says to a sign-in that may work later (RFC 2449, RFC 3206).
LATER = ("[IN-USE]", "[LOGIN-DELAY]", "[SYS/TEMP]")
#: Bytes of one line: RFC 5322 allows 998, mail programs do not care.
LONGEST_LINE = 1_000_000
#: Bytes of a line of UIDL or LIST.
_PER_MAIL = 100


class Pop3Source:
    """See `backends.mail_in.source.MailSource`."""

    def __init__(self, mailbox: Mailbox, stopping: Callable[[], bool] = lambda: False) -> None:
        """Connect, secure and sign in. Raises BackendError."""
        self._guard = guard = Guard(mailbox, stopping)
        self._client: _Client | None = None
        self._numbers: dict[str, list[int]] = {}
        self._deleted = False
        try:
            with guard.talk("the greeting"):
                self._client = _Client(guard)
                if mailbox.security == "starttls":
                    self._client.secure()
            guard.check_clear()
            self._sign_in(self._client, mailbox)
        except BaseException:
            self._end()
            raise

    def listed(self) -> list[Listed]:
        """What lies there, the oldest first; ``denied`` where the server has no UIDL."""
        with self._guard.talk("UIDL"):
            sizes = dict(_pairs(self._opened.list()[1]))
            self._guard.cut_off.allow(self._guard.mailbox.timeout)
            uids = _pairs(self._opened.uidl()[1])
        found: dict[str, Listed] = {}
        self._numbers = {}
        for number, uid in uids[:MOST_LISTED]:
            # RFC 1939: two identical copies of a mail may have the same one.
            self._numbers.setdefault(uid, []).append(int(number))
            found.setdefault(uid, Listed(uid, int(sizes.get(number, "0"))))
        return list(found.values())

    def fetch(self, mail: Listed, limit: int) -> Fetched:
        """One mail of the list. Raises BackendError: ``missing`` where it is not in the list."""
        number = self._number(mail.uid)[0]
        whole = mail.size <= limit
        most = limit if whole else LARGEST_HEAD
        with self._guard.talk("RETR", self._guard.mailbox.timeout + most * SECONDS_PER_BYTE):
            # A server counts line ends as it likes: twice what it said is still bounded.
            self._opened.most = 2 * most + 4_096
            lines = (self._opened.retr(number) if whole else self._opened.top(number, 0))[1]
        return Fetched(mail.uid, b"\r\n".join(lines) + b"\r\n", mail.size, whole)

    def delete(self, uids: Sequence[str]) -> None:
        """Mark mails; they go with `close`."""
        for uid in uids:
            for number in self._number(uid):
                with self._guard.talk("DELE"):
                    self._deleted = True
                    self._opened.dele(number)

    def move(self, uids: Sequence[str], folder: str) -> None:
        """POP3 has no folders."""
        raise BackendError("denied", f"{self._guard.where}: POP3 has no folders to move a mail to")

    def close(self, keep: bool = True) -> None:
        """End the conversation, which takes away what was deleted. Raises BackendError (unknown_outcome)."""
        client = self._client
        try:
            if client is None or self._guard.cut_off.fired:
                return
            if not keep:
                self._deleted = False
                with suppress(BackendError), self._guard.talk("RSET", 3.0):
                    client.rset()
            with self._guard.talk("QUIT"):
                client.quit()
        except BackendError as error:
            if self._deleted and keep:
                raise BackendError("unknown_outcome", str(error)) from None
        finally:
            self._end()

    @property
    def _opened(self) -> _Client:
        assert self._client is not None
        return self._client

    def _sign_in(self, client: _Client, mailbox: Mailbox) -> None:
        for text in (mailbox.user, mailbox.password):
            if not text.isprintable():
                raise BackendError("auth", f"{self._guard.where}: a name or password holds a line break")
        try:
            with self._guard.talk("sign-in refused", refused="auth"):
                client.user(mailbox.user)
                client.pass_(mailbox.password)
        except BackendError as error:
            if error.kind == "auth" and any(word in str(error).upper() for word in LATER):
                raise BackendError("throttled", str(error)) from None
            raise

    def _number(self, uid: str) -> list[int]:
        if uid not in self._numbers:
            raise BackendError("missing", f"{self._guard.where}: mail {uid} is gone")
        return self._numbers[uid]

    def _end(self) -> None:
        self._client = None
        self._guard.end()


class _Client(poplib.POP3):
    """poplib's client over a guarded socket; an answer of many lines has at most `most` bytes."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        guard.client = self
        self.most = MOST_LISTED * _PER_MAIL
        super().__init__(guard.mailbox.host, guard.mailbox.port, guard.mailbox.timeout)

    def _create_socket(self, timeout: float) -> socket.socket:
        return self._guard.connect()

    def secure(self) -> None:
        """STLS, watched from then on."""
        if "STLS" not in self.capa():
            raise BackendError(
                "denied", f"{self._guard.where}: it offers no STLS; nothing is sent unencrypted"
            )
        self.stls(self._guard.tls())
        self._guard.secured(self.sock)

    def _getline(self) -> tuple[bytes, int]:
        """As poplib's, but for longer lines: it ends the conversation at 2,048 bytes."""
        line = self.file.readline(LONGEST_LINE + 1)
        if len(line) > LONGEST_LINE:
            raise BackendError("invalid", f"{self._guard.where}: its answer has no end of line")
        if not line:
            raise poplib.error_proto("-ERR EOF")
        return line.rstrip(b"\r\n"), len(line)

    def _getlongresp(self) -> tuple[bytes, list[bytes], int]:
        """As poplib's, but with an end."""
        answer: bytes = self._getresp()  # type: ignore[attr-defined]
        lines: list[bytes] = []
        octets = 0
        line, size = self._getline()
        while line != b".":
            octets += size
            if octets > self.most:
                raise BackendError("invalid", f"{self._guard.where}: it sends more than was asked for")
            lines.append(line[1:] if line.startswith(b"..") else line)
            line, size = self._getline()
        return answer, lines, octets


def _pairs(lines: Sequence[bytes]) -> list[tuple[str, str]]:
    """Number and what is said of it."""
    found: list[tuple[str, str]] = []
    for line in lines:
        number, _, said = line.decode("ascii", "replace").strip().partition(" ")
        if not number.isdigit() or not said:
            raise BackendError("invalid", "what it says is not POP3")
        found.append((number, said.split(" ")[0]))
    return found
