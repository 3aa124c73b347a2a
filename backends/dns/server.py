"""Where a name server is, with which key we sign, and one TCP conversation with it (RFC 7766, RFC 8945)."""

from __future__ import annotations

import socket
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from backends.error import BackendError, network_words, one_line

if TYPE_CHECKING:
    from dns.message import Message


#: Bytes of one answer; a zone of ten million records is less.
MOST_BYTES = 2 * 1024**3
_PIECE = 256 * 1024


@dataclass(frozen=True)
class Key:
    """A TSIG key: its name, its secret in base64, its algorithm as in RFC 8945 §6."""

    name: str
    secret: str = field(repr=False)
    algorithm: str = "hmac-sha256"

    def opened(self) -> Any:
        """dnspython's own key. Raises BackendError ``auth`` for one that cannot be used."""
        import dns.exception
        import dns.tsig

        try:
            key = dns.tsig.Key(self.name, self.secret, self.algorithm)
            dns.tsig.HMACTSig(key.secret, key.algorithm)  # type: ignore[no-untyped-call]
        except (dns.exception.DNSException, ValueError, NotImplementedError):
            raise BackendError(
                "auth", f"TSIG key {self.name} cannot be used: expected base64 and hmac-sha256 or the like"
            ) from None
        return key


@dataclass(frozen=True)
class Server:
    """A name server. Spans in seconds: `read_timeout` is for each whole answer, or message of an answer."""

    host: str
    port: int = 53
    key: Key | None = None
    connect_timeout: float = 5.0
    read_timeout: float = 30.0

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class Conversation:
    """One TCP connection: `send` a question, `receive` its messages. Raises BackendError ``unreachable``."""

    def __init__(self, server: Server) -> None:
        self._server = server
        try:
            self._socket = socket.create_connection((server.host, server.port), server.connect_timeout)
        except OSError as error:
            raise self._broken(error) from None
        # What has arrived and was not asked for yet: in a file once it is much.
        self._ahead = tempfile.SpooledTemporaryFile(max_size=4 * _PIECE)  # noqa: SIM115 (__exit__ closes it)
        self._fetched = self._given = 0

    def __enter__(self) -> Conversation:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()
        self._ahead.close()

    def send(self, wire: bytes) -> None:
        """Send one message with its length before it."""
        try:
            self._socket.settimeout(self._server.read_timeout)
            self._socket.sendall(len(wire).to_bytes(2, "big") + wire)
        except OSError as error:
            raise self._broken(error) from None

    def receive(self, within: float | None = None) -> bytes:
        """The next message; `within`: seconds, if fewer than the server's `read_timeout`."""
        span = self._server.read_timeout if within is None else min(within, self._server.read_timeout)
        until = time.monotonic() + span
        return self._exactly(int.from_bytes(self._exactly(2, until), "big"), until)

    def _exactly(self, count: int, until: float) -> bytes:
        # Knot gives a client up that has not emptied its line for half a second, and parsing takes longer.
        self._fetch()
        while self._fetched - self._given < count:
            left = until - time.monotonic()
            try:
                if left <= 0:
                    raise TimeoutError
                self._socket.settimeout(left)
                piece = self._socket.recv(_PIECE)
            except OSError as error:
                raise self._broken(error) from None
            if not piece:
                raise BackendError("unreachable", f"{self._server}: it ended the connection in its answer")
            self._put(piece)
        self._ahead.seek(self._given)
        self._given += count
        return self._ahead.read(count)

    def _fetch(self) -> None:
        """Take all that has arrived, without waiting; how the connection ends is for whoever needs more."""
        self._socket.settimeout(0)
        with suppress(OSError):
            while piece := self._socket.recv(_PIECE):
                self._put(piece)

    def _put(self, piece: bytes) -> None:
        self._ahead.seek(self._fetched)
        self._ahead.write(piece)
        self._fetched += len(piece)
        if self._fetched > MOST_BYTES:
            raise BackendError("invalid", f"{self._server}: its answer is longer than {MOST_BYTES} bytes")

    def _broken(self, error: OSError) -> BackendError:
        return BackendError("unreachable", f"{self._server}: {network_words(error)}")


def wire_of(server: Server, question: Message) -> bytes:
    """The question as bytes, signed where the server has a key."""
    if server.key is not None:
        question.use_tsig(server.key.opened())
    return question.to_wire()


def parsed(server: Server, question: Message, wire: bytes, context: Any = None, **options: Any) -> Message:
    """The answer to `question`, its signature checked. `context`: that of the messages before it.

    Raises BackendError: ``auth`` for keys that do not fit, ``invalid`` for what is no answer to it.
    """
    import dns.message
    import dns.tsig

    keyring: dict[Any, Any] | Literal[False] | None = None
    if question.keyring is not None:
        # Some servers refuse without signing; nobody gains by a refusal that is not genuine.
        keyring = False if _refuses_unsigned(wire) else {question.keyring.name: question.keyring}
    try:
        answer = dns.message.from_wire(
            wire, keyring=keyring, request_mac=question.mac, tsig_ctx=context, **options
        )
    except dns.tsig.PeerError as error:
        said = {"PeerBadTime": "it says our clock is wrong", "PeerBadKey": "it does not know the key"}
        words = said.get(type(error).__name__, "it refuses our signature")
        raise BackendError("auth", f"{server}: {words} ({_key_of(server)})") from None
    except (dns.tsig.BadSignature, dns.tsig.BadKey, dns.tsig.BadAlgorithm):
        raise BackendError("auth", f"{server}: its signature is wrong ({_key_of(server)})") from None
    except dns.tsig.BadTime:
        raise BackendError("auth", f"{server}: its clock and ours are too far apart to trust it") from None
    except dns.message.UnknownTSIGKey:
        raise BackendError("auth", f"{server}: it signs with a key that is not ours") from None
    except Exception as error:  # a parser that is fed rubbish may end in anything
        if "requires a TSIG" in str(error):
            raise BackendError("auth", f"{server}: it does not sign its answer ({_key_of(server)})") from None
        raise BackendError("invalid", f"{server}: its answer is no DNS: {_named(error)}") from None
    if answer.id != question.id or not answer.flags & 0x8000:
        raise BackendError("invalid", f"{server}: its answer is to another question")
    return answer


def _refuses_unsigned(wire: bytes) -> bool:
    """An error code, and no additional record that could be a signature (RFC 1035 §4.1.1)."""
    return len(wire) >= 12 and wire[3] & 0x0F != 0 and wire[10:12] == b"\0\0"


def _key_of(server: Server) -> str:
    return f"key {server.key.name}" if server.key is not None else "we have no key"


def _named(error: Exception) -> str:
    return one_line(str(error)) or type(error).__name__
