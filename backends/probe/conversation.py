"""One connection with a server, line by line, that ends in time: the way to most probes."""

from __future__ import annotations

import asyncio
import ipaddress
import os
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import Literal

from backends.error import BackendError, network_words, one_line

#: How a connection is encrypted: not, after a command, or from the start.
Security = Literal["none", "starttls", "tls"]

#: Bytes of one line; what is longer is none of a protocol we know.
LONGEST_LINE = 8192
#: Seconds after which the machine's authorities are read again.
TRUST_KEPT = 3600.0
#: Seconds for a connection, and for one answer.
CONNECT_TIMEOUT = 6.0
READ_TIMEOUT = 15.0


class Conversation:
    """An open connection; every method raises BackendError, whose text begins with host and port."""

    def __init__(
        self,
        host: str,
        port: int,
        streams: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        read_timeout: float,
    ) -> None:
        self.host, self.port = host, port
        self.where = where(host, port)
        self.reader, self.writer = streams
        self._read_timeout = read_timeout
        self._secrets: list[str] = []

    @property
    def secured(self) -> bool:
        """Whether TLS is on."""
        return self.writer.get_extra_info("ssl_object") is not None

    async def line(self) -> str:
        """The next line without its end; ``unreachable`` if there is none, ``invalid`` if it has no end."""
        try:
            async with asyncio.timeout(self._read_timeout):
                said = await self.reader.readuntil(b"\n")
        except asyncio.IncompleteReadError:
            raise BackendError("unreachable", f"{self.where}: it ended the connection") from None
        except asyncio.LimitOverrunError:
            raise BackendError("invalid", f"{self.where}: its answer has no end of line") from None
        except OSError as error:
            raise not_connected(self.where, error) from None
        text = said.decode("utf-8", "replace").rstrip("\r\n")
        for secret in self._secrets:  # a server may say back what it was told
            text = text.replace(secret, "***")
        return text

    async def say(self, text: str) -> None:
        """Send one line. Raises ValueError for text that is more than one."""
        if "\r" in text or "\n" in text or "\0" in text:
            raise BackendError(
                "invalid", f"{self.where}: a name or password holds a line break; nothing was sent"
            )
        try:
            self.writer.write(text.encode() + b"\r\n")
            async with asyncio.timeout(self._read_timeout):
                await self.writer.drain()
        except OSError as error:
            raise not_connected(self.where, error) from None

    async def secure(self, ca_file: str = "") -> None:
        """Begin TLS on this connection; the certificate must be good for the host."""
        try:
            async with asyncio.timeout(self._read_timeout):
                await self.writer.start_tls(tls_context(ca_file), server_hostname=self.host)
        except (OSError, ValueError) as error:
            raise not_connected(self.where, error) from None

    def keep_secret(self, *secrets: str, in_clear: bool = False) -> None:
        """These go over the connection next, and into no text of ours.

        ``auth`` when it is not encrypted, but to this machine or where `in_clear` allows it.
        """
        self._secrets += filter(None, secrets)
        if not (self.secured or in_clear or is_loopback(self.host)):
            raise BackendError(
                "auth", f"{self.where}: a password is not sent unencrypted; choose tls or starttls"
            )


@asynccontextmanager
async def conversation(
    host: str,
    port: int,
    *,
    tls: ssl.SSLContext | None = None,
    server_name: str = "",
    connect_timeout: float = CONNECT_TIMEOUT,
    read_timeout: float = READ_TIMEOUT,
) -> AsyncIterator[Conversation]:
    """Connect (and secure, with `tls`); closed at the end without waiting for the server."""
    try:
        async with asyncio.timeout(connect_timeout):
            streams = await asyncio.open_connection(
                host,
                port,
                ssl=tls,
                server_hostname=(server_name or host) if tls else None,
                limit=LONGEST_LINE,
            )
    except (OSError, ValueError, OverflowError) as error:
        raise not_connected(where(host, port), error) from None
    try:
        yield Conversation(host, port, streams, read_timeout)
    finally:
        # Past TLS: its good-bye would wait for a server that may be gone.
        streams[1].transport.abort()


def not_connected(place: str, error: Exception) -> BackendError:
    """Why there is no connection, or no TLS, or why it broke."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return BackendError("auth", f"{place}: its certificate is not trusted: {error.verify_message}")
    if isinstance(error, ssl.SSLError):
        reason = (error.reason or "no TLS there").lower().replace("_", " ")
        return BackendError("invalid", f"{place}: TLS failed: {reason}")
    if isinstance(error, OSError):
        return BackendError("unreachable", f"{place}: {network_words(error)}")
    return BackendError("invalid", f"{place}: this is no address of a server")


def where(host: str, port: int) -> str:
    """``host:port``, an IPv6 address in brackets."""
    return one_line(f"[{host}]:{port}" if ":" in host else f"{host}:{port}")


def tls_context(ca_file: str = "", check: bool = True) -> ssl.SSLContext:
    """What to trust: the machine's authorities or those in `ca_file`; `check=False` trusts anybody.

    Raises BackendError (invalid) for a file that cannot be read.
    """
    try:
        changed = os.stat(ca_file).st_mtime if ca_file else 0.0
        return _tls_context(ca_file, check, changed, time.monotonic() // TRUST_KEPT)
    except OSError as error:
        reason = one_line(error.strerror or str(error))
        raise BackendError("invalid", f"the file of authorities {ca_file} cannot be read: {reason}") from None


@lru_cache(maxsize=64)
def _tls_context(ca_file: str, check: bool, changed: float, hour: float) -> ssl.SSLContext:
    """Kept, as making one costs 20 ms; made anew when the file has changed, and from time to time."""
    context = ssl.create_default_context(cafile=ca_file or None)
    if not check:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def is_loopback(host: str) -> bool:
    """Whether what goes there stays on this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
