"""What both protocols share: a socket that can be cut off, no password in clear, plain errors."""

from __future__ import annotations

import imaplib
import poplib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from backends.cut_off import CutOff
from backends.error import BackendError, Kind, one_line
from backends.mail_in.source import CONNECT_TIMEOUT, Mailbox
from backends.probe.conversation import is_loopback, not_connected, tls_context, where


class Guard:
    """Watches over one conversation with a mailbox's server."""

    def __init__(self, mailbox: Mailbox, stopping: Callable[[], bool]) -> None:
        self.mailbox = mailbox
        self.where = where(mailbox.host, mailbox.port)
        self.cut_off = CutOff(stopping)
        self.client: imaplib.IMAP4 | poplib.POP3 | None = None  # known even while it is being made
        self._socket: socket.socket | None = None

    def tls(self) -> ssl.SSLContext:
        """What to trust. Raises BackendError."""
        return tls_context(self.mailbox.ca_file)

    def connect(self) -> socket.socket:
        """A connection, with TLS where it begins so. Raises OSError, BackendError."""
        box = self.mailbox
        connection = socket.create_connection((box.host, box.port), min(CONNECT_TIMEOUT, box.timeout))
        self._socket = connection
        connection.settimeout(box.timeout)
        self.cut_off.watch(connection)
        if box.security == "tls":
            self._socket = connection = self.tls().wrap_socket(connection, server_hostname=box.host)
            self.cut_off.watch(connection)
        return connection

    def secured(self, connection: socket.socket) -> None:
        """This socket, with TLS by now, has taken the place of the first."""
        self._socket = connection
        self.cut_off.watch(connection)

    def end(self) -> None:
        """Close the connection, however far it came."""
        self.cut_off.end()
        reading = getattr(self.client, "file", None)
        if reading is not None:
            with suppress(OSError):
                reading.close()
        if self._socket is not None:
            with suppress(OSError):
                self._socket.close()

    def check_clear(self) -> None:
        """Raises BackendError (auth) where the password would go over the network for all to read."""
        if self.mailbox.security == "none" and not is_loopback(self.mailbox.host):
            raise BackendError(
                "auth", f"{self.where}: a password is not sent unencrypted; choose tls or starttls"
            )

    @contextmanager
    def talk(self, what: str, seconds: float | None = None, refused: Kind = "denied") -> Iterator[None]:
        """What is said within ends in time; whatever goes wrong is a BackendError.

        `refused`: the kind of a plain "no" of the server.
        """
        self.cut_off.allow(self.mailbox.timeout if seconds is None else seconds)
        try:
            yield
            if self.cut_off.fired:
                raise TimeoutError  # what was read is half an answer
        except BackendError as error:
            if self.cut_off.fired:
                raise self._cut() from None
            text = str(error)
            named = text if text.startswith(self.where) else f"{self.where}: {text}"
            raise BackendError(error.kind, self._open(named)) from None
        except (OSError, EOFError, ValueError, imaplib.IMAP4.error, poplib.error_proto) as error:
            raise self._told(what, error, refused) from None
        finally:
            self.cut_off.allow(None)

    def _told(self, what: str, error: Exception, refused: Kind) -> BackendError:
        if self.cut_off.fired:
            return self._cut()
        if isinstance(error, imaplib.IMAP4.abort | EOFError):
            ended = "EOF" in str(error) or not str(error)
            text = "it ended the connection" if ended else self._open(one_line(str(error), longest=120))
            return BackendError("unreachable" if ended else "invalid", f"{self.where}: {text}")
        if isinstance(error, OSError | ssl.SSLError):
            told = not_connected(self.where, error)
            return BackendError(told.kind, self._open(str(told)))
        said = error.args[0] if error.args else ""
        words = self._open(one_line(said if isinstance(said, bytes) else str(said), longest=120))
        plain = isinstance(error, imaplib.IMAP4.error | poplib.error_proto)
        if words == "-ERR EOF":
            return BackendError("unreachable", f"{self.where}: it ended the connection")
        if isinstance(error, poplib.error_proto) and not words.startswith("-ERR"):
            plain = False
        kind: Kind = refused if plain else "invalid"
        return BackendError(kind, f"{self.where}: {what}: {words.removeprefix('-ERR ')}")

    def _cut(self) -> BackendError:
        return BackendError("unreachable", f"{self.where}: {self.cut_off.reason}")

    def _open(self, text: str) -> str:
        """A server may say back what it was told."""
        password = self.mailbox.password
        return text.replace(password, "***") if password else text
