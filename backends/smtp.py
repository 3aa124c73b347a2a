"""SMTP (RFC 5321): hands mail to a server, and says what became of it in one of three ways.

Done: `Session.send` returns. Failed: `SmtpError` of any kind but one. Unknown: kind
``unknown_outcome``, when the connection ended after the message was under way and before the answer.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from backends.cut_off import CutOff

ErrorKind = Literal["unreachable", "auth", "denied", "throttled", "invalid", "unknown_outcome"]
Security = Literal["starttls", "tls", "none"]

#: Seconds for one address of the server to take a connection.
CONNECT_TIMEOUT = 6.0
#: A message may take this much longer than an answer: seconds for each byte, at 32 KiB/s.
SECONDS_PER_BYTE = 1 / 32_768
#: How we sign in: what the server offers first of these; the connection is secured by then.
_WAYS = ("PLAIN", "LOGIN", "CRAM-MD5")
#: Characters of a server's answer that are kept.
LONGEST_ANSWER = 300

#: (code, text) of a server
Reply = tuple[int, str]


class SmtpError(Exception):
    """One line on what the server did. `refused`: what it said to single recipients before.

    ``unreachable``: no connection, or it broke; ``auth``: it does not let us in; ``denied``: 5xx, do
    not try again; ``throttled``: 4xx, later; ``invalid``: what it says is not SMTP;
    ``unknown_outcome``: nobody knows whether it took the message.
    """

    def __init__(self, kind: ErrorKind, text: str, refused: dict[str, Reply] | None = None) -> None:
        super().__init__(text)
        self.kind: ErrorKind = kind
        self.refused = refused or {}


@dataclass(frozen=True)
class Server:
    """Where mail is handed in. `ca_file`: certificates to trust instead of the machine's; spans in s."""

    host: str
    port: int
    security: Security = "starttls"
    ca_file: str = ""
    user: str = ""
    password: str = field(default="", repr=False)
    timeout: float = 30.0

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True)
class Taken:
    """The server took the message, but not for those in `refused`."""

    answer: str
    refused: dict[str, Reply]


class Session:
    """One connection, signed in; several messages may go over it, one after the other."""

    def __init__(self, server: Server, stopping: Callable[[], bool] = lambda: False) -> None:
        """Connect, secure and sign in. Raises SmtpError, which is then about the server, not a mail.

        Once `stopping()`, a conversation that goes on is cut off within seconds.
        """
        self.server = server
        self.usable = True
        self._cut_off = CutOff(stopping)
        try:
            self._cut_off.allow(server.timeout)
            self._client = _Client(server, self._cut_off)
            self._greet()
        except BaseException as error:
            self.close()
            raise self._told(error) from None

    def send(self, sender: str, recipients: Sequence[str], message: bytes) -> Taken:
        """Hand in one message. Raises SmtpError; after one of them `usable` may be False."""
        refused: dict[str, Reply] = {}
        try:
            self._cut_off.allow(self.server.timeout * (2 + len(recipients) / 10))
            return self._hand_in(sender, recipients, message, refused)
        except Exception as error:
            told = self._told(error, refused)
            self._give_up(told)
            raise told from None
        finally:
            self._cut_off.allow(None)

    def close(self) -> None:
        """End the conversation politely if it is alive, at once otherwise."""
        client: _Client | None = getattr(self, "_client", None)
        if client is not None:
            if self.usable and not self._cut_off.fired:
                self._cut_off.allow(2.0)
                try:
                    client.quit()
                except (smtplib.SMTPException, OSError, ValueError):
                    self.usable = False
            client.close()
        self.usable = False
        self._cut_off.end()

    def _greet(self) -> None:
        client, server = self._client, self.server
        client.ehlo_or_helo_if_needed()
        if server.security == "starttls":
            if not client.has_extn("starttls"):
                raise SmtpError("denied", "it offers no STARTTLS; nothing is sent unencrypted")
            _expect(client.starttls(context=_tls(server)), 220, "STARTTLS")
            client.ehlo_or_helo_if_needed()
        if not server.user:
            return
        if server.security == "none" and server.host not in ("127.0.0.1", "::1", "localhost"):
            raise SmtpError(
                "auth", "a password is not sent unencrypted; set mail.security to starttls or tls"
            )
        client.sign_in()

    def _hand_in(
        self, sender: str, recipients: Sequence[str], message: bytes, refused: dict[str, Reply]
    ) -> Taken:
        client = self._client
        options = [f"size={len(message)}"] if client.has_extn("size") else []
        _expect(client.mail(sender, options), 250, "MAIL")
        for address in recipients:
            code, said = client.rcpt(address)
            if code not in (250, 251):
                refused[address] = (code, answer(said))
            if code == 421 or code < 100:
                _expect((code, said), 250, "RCPT")
        if len(refused) == len(recipients):
            later = any(code < 500 for code, _ in refused.values())
            raise SmtpError("throttled" if later else "denied", _in_words(refused), refused)
        client.putcmd("DATA")
        _expect(client.getreply(), 354, "DATA")
        code, said = self._deliver(message)
        if not 200 <= code < 300:
            _expect((code, said), 250, "end of DATA")
        return Taken(f"{code} {answer(said)}".strip(), refused)

    def _deliver(self, message: bytes) -> tuple[int, bytes]:
        """The message and its answer; from the first byte to the answer nobody knows the outcome."""
        client = self._client
        self._cut_off.allow(self.server.timeout + len(message) * SECONDS_PER_BYTE)
        try:
            client.send(re.sub(rb"(?m)^\.", b"..", message) + b"\r\n.\r\n")
            code, said = client.getreply()
            if self._cut_off.fired:
                raise TimeoutError  # what was read is half an answer
        except (smtplib.SMTPException, OSError, ValueError) as error:
            reason = self._cut_off.reason or _words(error)
            raise SmtpError("unknown_outcome", f"no answer after the message was sent: {reason}") from None
        if not 200 <= code < 300 and not 400 <= code < 600:
            raise SmtpError("unknown_outcome", f"no sense in the answer to the message: {answer(said)}")
        return code, said

    def _give_up(self, error: SmtpError) -> None:
        """After a plain refusal the connection goes on; after anything else it is not trusted."""
        self.usable = False
        if error.kind in ("denied", "throttled") and not self._cut_off.fired:
            try:
                self.usable = self._client.rset()[0] == 250
            except (smtplib.SMTPException, OSError, ValueError):
                self.usable = False

    def _told(self, error: BaseException, refused: dict[str, Reply] | None = None) -> SmtpError:
        if not isinstance(error, Exception):
            raise error
        told = _as_smtp_error(error, self._cut_off.reason)
        # A server may say back what it was told.
        text = str(told).replace(self.server.password, "***") if self.server.password else str(told)
        return SmtpError(told.kind, f"{self.server}: {text}", {**(refused or {}), **told.refused})


class _Client(smtplib.SMTP):
    """smtplib's client over a socket that can be cut off, with TLS from the start where asked for."""

    def __init__(self, server: Server, cut_off: CutOff) -> None:
        self._server, self._cut = server, cut_off
        own = socket.gethostname()
        name = own if re.fullmatch(r"[A-Za-z0-9.-]{1,255}", own) else "localhost"
        super().__init__(server.host, server.port, local_hostname=name, timeout=server.timeout)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        problem: OSError = OSError("its name has no address")
        for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            connection = socket.socket(family, kind, protocol)
            try:
                self._cut.watch(connection)
                connection.settimeout(min(timeout, CONNECT_TIMEOUT))
                connection.connect(address)
                connection.settimeout(timeout)
                return self._secured(connection, host)
            except OSError as error:
                connection.close()
                problem = error
                if self._cut.fired:
                    break
        raise problem

    def _secured(self, connection: socket.socket, host: str) -> socket.socket:
        if self._server.security != "tls":
            return connection
        secured = _tls(self._server).wrap_socket(connection, server_hostname=host)
        self._cut.watch(secured)
        return secured

    def sign_in(self) -> None:
        """Sign in one way only: smtplib tries all, and each is a wrong try of a wrong password."""
        offered = self.esmtp_features.get("auth", "").upper().split()
        way = next((way for way in _WAYS if way in offered), None)
        if way is None:
            raise SmtpError("auth", f"it offers no way to sign in that we know ({', '.join(_WAYS)})")
        self.user, self.password = self._server.user, self._server.password
        self.auth(way, getattr(self, f"auth_{way.lower().replace('-', '_')}"))

    def starttls(self, *, context: ssl.SSLContext | None = None) -> Reply:  # type: ignore[override]
        code, said = super().starttls(context=context)
        if self.sock is not None:
            self._cut.watch(self.sock)
        return code, answer(said)


def answer(said: bytes | str) -> str:
    """What a server said, as one line of text."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    text = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return text if len(text) <= LONGEST_ANSWER else f"{text[: LONGEST_ANSWER - 3]}..."


def _tls(server: Server) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=server.ca_file or None)
    except OSError as error:
        raise SmtpError(
            "unreachable", f"mail.ca_file {server.ca_file} cannot be read: {error.strerror or error}"
        ) from None


def _expect(reply: tuple[int, bytes | str], wanted: int, command: str) -> None:
    code, said = reply
    if code == wanted:
        return
    if 500 <= code < 600:
        kind: ErrorKind = "denied"
    elif 400 <= code < 500:
        kind = "throttled"
    else:
        kind = "invalid"
    raise SmtpError(kind, f"{command}: {f'{code} ' if code > 0 else ''}{answer(said)}".rstrip())


def _as_smtp_error(error: Exception, cut: str | None) -> SmtpError:
    if isinstance(error, SmtpError) and (error.kind == "unknown_outcome" or not cut):
        return error
    if cut:  # what was read last may be half an answer
        return SmtpError("unreachable", cut)
    if isinstance(error, ssl.SSLCertVerificationError):
        return SmtpError("unreachable", f"its certificate is not trusted: {error.verify_message}")
    if isinstance(error, smtplib.SMTPAuthenticationError):
        kind: ErrorKind = "throttled" if 400 <= error.smtp_code < 500 else "auth"
        return SmtpError(kind, f"sign-in refused: {error.smtp_code} {answer(error.smtp_error)}")
    if isinstance(error, smtplib.SMTPResponseException):
        try:
            _expect((error.smtp_code, error.smtp_error), 0, "greeting")
        except SmtpError as told:
            return told
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return SmtpError("auth", f"it cannot do what is asked of it: {answer(str(error))}")
    if isinstance(error, smtplib.SMTPServerDisconnected | OSError):
        return SmtpError("unreachable", _words(error))
    return SmtpError("invalid", f"{type(error).__name__}: {answer(str(error))}")


def _words(error: Exception) -> str:
    if isinstance(error, TimeoutError) or "timed out" in str(error):
        return "it does not answer in time"
    if isinstance(error, OSError) and not isinstance(error, smtplib.SMTPException) and error.strerror:
        return answer(error.strerror)
    return answer(str(error)) or type(error).__name__


def _in_words(refused: dict[str, Reply]) -> str:
    return "; ".join(f"{address}: {code} {said}" for address, (code, said) in refused.items())
