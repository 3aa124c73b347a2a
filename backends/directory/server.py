"""Where a domain controller is, who we are there, and the TLS connection to it."""

from __future__ import annotations

import socket
import ssl
import time
from dataclasses import dataclass, field
from typing import Any

from backends.error import BackendError, network_words, one_line


@dataclass(frozen=True)
class Server:
    """A domain controller. It is always LDAPS, with a certificate that holds.

    `user`: a sign-in name or a distinguished name. `ca_file`: who vouches for the certificate, "" for those
    the machine trusts. `name`: what the certificate must be for, if that is not `host`. Spans in seconds:
    `read_timeout` is for each whole answer, or page of an answer.
    """

    host: str
    user: str
    password: str = field(repr=False)
    port: int = 636
    ca_file: str = ""
    name: str = ""
    connect_timeout: float = 5.0
    read_timeout: float = 60.0

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class Line(ssl.SSLSocket):
    """A TLS socket with one deadline for a whole answer: a peer that drips never meets that of a read.

    `sent`: something went out since `allow`: whoever asked for a change then cannot know what became of it.
    """

    until = float("inf")
    sent = False

    def allow(self, seconds: float) -> None:
        """What comes next may take so long from now on."""
        self.until, self.sent = time.monotonic() + seconds, False

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        """As of any socket; TimeoutError once the deadline is over."""
        self._hurry()
        return super().recv(buflen, flags)

    def sendall(self, data: Any, flags: int = 0) -> None:
        """As of any socket; TimeoutError once the deadline is over."""
        self._hurry()
        self.sent = True
        super().sendall(data, flags)

    def _hurry(self) -> None:
        left = self.until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self.settimeout(None if left == float("inf") else left)


def secured(server: Server, plain: socket.socket) -> Line:
    """The connection with TLS on it and the certificate checked. Raises BackendError.

    ``invalid`` is a certificate that does not hold or a file that holds none, else ``unreachable``.
    """
    try:
        context = ssl.create_default_context(cafile=server.ca_file or None)
    except OSError as error:
        text = f"{server}: the certificates in {server.ca_file} cannot be read: {network_words(error)}"
        raise BackendError("invalid", text) from None
    context.sslsocket_class = Line
    plain.settimeout(server.connect_timeout)
    try:
        line = context.wrap_socket(plain, server_hostname=server.name or server.host)
    except ssl.SSLCertVerificationError as error:
        text = f"{server}: its certificate does not hold: {one_line(error.verify_message)}"
        raise BackendError("invalid", text) from None
    except ssl.SSLError as error:
        raise BackendError("unreachable", f"{server}: no TLS: {one_line(error.reason or '')}") from None
    except OSError as error:
        raise BackendError("unreachable", f"{server}: {network_words(error)}") from None
    assert isinstance(line, Line)
    return line
