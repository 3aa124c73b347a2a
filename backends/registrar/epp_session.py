"""A signed-in EPP session over TLS (RFC 5734): frames with their length before them, one at a time."""

from __future__ import annotations

import socket
import ssl
import time
import uuid
import xml.etree.ElementTree as ET
from contextlib import suppress
from dataclasses import dataclass, field

from backends.error import BackendError, network_words, one_line
from backends.registrar.epp_frame import (
    CONTACT,
    DOMAIN,
    EPP,
    HOST,
    Result,
    element,
    kind_of,
    read,
    result,
    texts_of,
    written,
)

#: A registry's answers are a few kilobytes; RFC 5734 sets no limit.
MOST_BYTES = 1024 * 1024
#: Servers have a limit for sessions that say nothing; a later command signs in anew.
IDLE = 240.0


@dataclass(frozen=True)
class EppServer:
    """Where, and who we are. Spans in seconds; `read_timeout` is for each whole frame.

    `ca_file`: whom to trust instead of the machine's; `certificate`: ours with its key, where one is asked.
    """

    host: str
    port: int = 700
    user: str = ""
    password: str = field(default="", repr=False)
    ca_file: str = ""
    certificate: str = ""
    connect_timeout: float = 10.0
    read_timeout: float = 30.0

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class EppSession:
    """`ask` sends commands. The session begins with the first, and again after it broke or was idle."""

    def __init__(self, server: EppServer) -> None:
        self._server = server
        self._line: ssl.SSLSocket | None = None
        self._used_at = 0.0

    def ask(self, command: ET.Element, *, changes: bool = False) -> Result:
        """The answer to a command, of a code below 2000. `changes`: it may do something far away.

        Raises BackendError by the code; ``unreachable``, or ``unknown_outcome`` where the answer of a
        command that `changes` something was lost; ``invalid`` for what is no EPP.
        """
        if self._line is None or time.monotonic() - self._used_at > IDLE:
            self.close()
            self._begin()
        try:
            return self._command(command)
        except _Lost as lost:
            kind = "unknown_outcome" if changes else lost.error.kind
            raise BackendError(kind, str(lost.error)) from None

    def close(self) -> None:
        """Sign out if the line still works, without waiting for more than a second."""
        line, self._line = self._line, None
        if line is None:
            return
        with suppress(OSError, ValueError):
            line.settimeout(1.0)
            line.sendall(_framed(written(element(EPP, "command", element(EPP, "logout")))))
        line.close()

    def _begin(self) -> None:
        """Connect, read the greeting, sign in."""
        line: socket.socket | None = None
        try:
            context = ssl.create_default_context(cafile=self._server.ca_file or None)
            if self._server.certificate:
                context.load_cert_chain(self._server.certificate)
            address = (self._server.host, self._server.port)
            line = socket.create_connection(address, self._server.connect_timeout)
            line.settimeout(self._server.connect_timeout)
            self._line = context.wrap_socket(line, server_hostname=self._server.host)
        except (OSError, ValueError) as error:
            if line is not None:
                line.close()
            raise self._told("unreachable", _words(error)) from None
        try:
            self._sign_in(self._greeting())
        except _Lost as lost:
            raise lost.error from None
        except BackendError:
            self._drop()
            raise

    def _greeting(self) -> ET.Element:
        tree = self._receive()
        greeting = tree.find(f"{{{EPP}}}greeting")
        if greeting is None:
            self._drop()
            raise self._told("invalid", "it does not begin with a greeting")
        return greeting

    def _sign_in(self, greeting: ET.Element) -> None:
        offered = texts_of(greeting, EPP, "objURI")
        objects = [element(EPP, "objURI", uri) for uri in (DOMAIN, CONTACT, HOST) if uri in offered]
        if not any(each.text == DOMAIN for each in objects):
            raise self._told("invalid", "it does not offer domains")
        login = element(
            EPP,
            "login",
            element(EPP, "clID", self._server.user),
            element(EPP, "pw", self._server.password),
            element(EPP, "options", element(EPP, "version", "1.0"), element(EPP, "lang", "en")),
            element(EPP, "svcs", *objects),
        )
        self._command(login)

    def _command(self, command: ET.Element) -> Result:
        ours = f"TICKWORKS-{uuid.uuid4().hex}"
        content = written(element(EPP, "command", command, element(EPP, "clTRID", ours)))
        self._send(content)
        tree = self._receive()
        try:
            found = result(tree)
            theirs = texts_of(tree, EPP, "clTRID")
            if theirs and theirs[-1] != ours:
                raise BackendError("invalid", "its answer is to another command")
        except BackendError as error:
            raise self._lost(error.kind, str(error)) from None
        self._used_at = time.monotonic()
        if found.code < 2000:
            return found
        if found.code >= 2500:  # the server ends the session after these
            self._drop()
        raise self._told(kind_of(found.code), f"{found.code} {found.said}")

    def _send(self, content: bytes) -> None:
        assert self._line is not None
        try:
            self._line.settimeout(self._server.read_timeout)
            self._line.sendall(_framed(content))
        except OSError as error:
            raise self._lost("unreachable", _words(error)) from None

    def _receive(self) -> ET.Element:
        until = time.monotonic() + self._server.read_timeout
        length = int.from_bytes(self._exactly(4, until), "big") - 4
        if not 0 < length <= MOST_BYTES:
            raise self._lost("invalid", "its answer is no EPP frame")
        try:
            return read(self._exactly(length, until))
        except BackendError as error:
            raise self._lost(error.kind, str(error)) from None

    def _exactly(self, count: int, until: float) -> bytes:
        assert self._line is not None
        got = bytearray()
        while len(got) < count:
            try:
                if (left := until - time.monotonic()) <= 0:
                    raise TimeoutError
                self._line.settimeout(left)
                piece = self._line.recv(count - len(got))
            except OSError as error:
                raise self._lost("unreachable", _words(error)) from None
            if not piece:
                raise self._lost("unreachable", "it ended the connection")
            got += piece
        return bytes(got)

    def _drop(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            line.close()

    def _lost(self, kind: str, words: str) -> _Lost:
        """The line is not trusted after this."""
        self._drop()
        return _Lost(self._told(kind, words))

    def _told(self, kind: str, words: str) -> BackendError:
        password = self._server.password
        text = words.replace(password, "***") if password else words
        return BackendError(kind, f"{self._server}: {text}")  # type: ignore[arg-type]


class _Lost(Exception):
    """No answer that makes sense: nobody knows what became of the command."""

    def __init__(self, error: BackendError) -> None:
        super().__init__(str(error))
        self.error = error


def _framed(content: bytes) -> bytes:
    return (len(content) + 4).to_bytes(4, "big") + content


def _words(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {one_line(error.verify_message)}"
    if isinstance(error, ssl.SSLError):
        return f"no TLS with it: {one_line(error.reason or str(error))}"
    return network_words(error) if isinstance(error, OSError) else one_line(str(error))
