"""One request and its answer, within limits of place, time and size."""

from __future__ import annotations

import email.utils
import re
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from backends.error import BackendError, Kind, one_line

if TYPE_CHECKING:
    import httpx

#: Methods after which a lost answer does no harm (RFC 9110 §9.2.1).
SAFE = ("GET", "HEAD")
#: Only these keep method and body (RFC 9110 §15.4); after others a POST would become a GET.
_KEEPING = (307, 308)
_REDIRECTS = (301, 302, 303, *_KEEPING)
_HOST = r"[A-Za-z0-9._-]{1,255}|[0-9A-Fa-f:.]{2,45}"
#: Headers that are for one host alone.
_PRIVATE_HEADERS = ("authorization", "cookie")


@dataclass(frozen=True)
class Limits:
    """Spans in seconds: to connect, between two pieces of the answer, for all. `allow`: see `place`.

    `most_bytes` of an answer are kept; `redirects` are followed; `ca_file`: whom to trust besides.
    """

    connect_timeout: float = 5.0
    read_timeout: float = 10.0
    time_limit: float = 30.0
    most_bytes: int = 64 * 1024
    redirects: int = 3
    allow: tuple[str, ...] = ()
    ca_file: str = ""


@dataclass(frozen=True)
class Reply:
    """An answer: `headers` by their names in lower case; `cut`: its body was longer than is kept."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    cut: bool = False


def fetch(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    limits: Limits = Limits(),
) -> Reply:
    """Send it and read the answer, whatever its status. Texts of errors name the host, never path or query.

    Raises BackendError: ``invalid`` for an address that is none or a redirect we do not follow, ``denied``
    for a place that is not allowed, ``unreachable``; ``unknown_outcome`` where the answer of a request that
    may have done something was lost.
    """
    until = time.monotonic() + limits.time_limit
    given = dict(headers or {})
    address = _address(url)
    for _ in range(limits.redirects + 1):
        reply = _once(method, address, given, body, limits, until)
        if reply.status not in _REDIRECTS or "location" not in reply.headers:
            return reply
        address, given = _next(method, address, given, reply)
    raise BackendError("invalid", f"{place(url)}: more than {limits.redirects} redirects")


def place(url: str) -> str:
    """Scheme, host and port of an address, for texts: paths and queries often hold secrets."""
    address = _address(url)
    host = f"[{address.host}]" if ":" in address.host else address.host
    return f"{address.scheme}://{host}:{_port(address)}"


def check(reply: Reply, who: str) -> None:
    """Raise BackendError for a status that is no success; `who`: the place it came from."""
    if 200 <= reply.status < 300:
        return
    said = one_line(reply.body, longest=120)
    text = f"{who}: it answers {reply.status}{f': {said}' if said else ''}"
    raise BackendError(kind_of(reply.status), text, after=retry_after(reply))


def kind_of(status: int) -> Kind:
    """What a status of 300 and more means for the caller (RFC 9110 §15, RFC 6585)."""
    known: dict[int, Kind] = {
        401: "auth",
        403: "denied",
        404: "missing",
        408: "unreachable",
        409: "conflict",
        410: "missing",
        412: "conflict",
        425: "throttled",
        429: "throttled",
    }
    return known.get(status, "unreachable" if status >= 500 else "invalid")


def retry_after(reply: Reply) -> float | None:
    """Seconds that the server asks us to wait (RFC 9110 §10.2.3), None if it does not say."""
    said = reply.headers.get("retry-after", "").strip()
    if said.isdecimal() and len(said) < 9:
        return float(said)
    try:
        at = email.utils.parsedate_to_datetime(said)
        sent = email.utils.parsedate_to_datetime(reply.headers.get("date", ""))
        return max(0.0, (at - sent).total_seconds())
    except (ValueError, TypeError):
        return None


def _address(url: str) -> httpx.URL:
    import httpx

    try:
        address = httpx.URL(url.strip())
        port = _port(address)
    except (httpx.InvalidURL, ValueError):
        raise BackendError("invalid", "this is no web address: expected https://host/path") from None
    known = address.scheme in ("http", "https") and re.fullmatch(_HOST, address.raw_host.decode("ascii"))
    if not known or not 0 < port < 65536:
        raise BackendError("invalid", "this is no web address: expected https://host/path")
    if address.userinfo:
        raise BackendError(
            "invalid", f"{address.host}: a password in an address is shown to all; use a header"
        )
    return address


def _port(address: httpx.URL) -> int:
    return address.port or (443 if address.scheme == "https" else 80)


def _once(
    method: str, address: httpx.URL, headers: Mapping[str, str], body: bytes, limits: Limits, until: float
) -> Reply:
    import httpcore
    import httpx

    from backends.http.wire import Wire

    who = place(str(address))
    context = _context(limits, who)
    timeout = httpx.Timeout(limits.read_timeout, connect=limits.connect_timeout)
    # Packed answers would have to be unpacked before their size is known.
    sent = {"accept-encoding": "identity", "user-agent": "tickworks", **headers}
    try:
        with (
            httpx.Client(transport=Wire(context, limits.allow, until), timeout=timeout) as client,
            client.stream(method, address, headers=sent, content=body, follow_redirects=False) as answer,
        ):
            kept, cut = _body(answer, limits.most_bytes)
            return Reply(answer.status_code, {k.lower(): v for k, v in answer.headers.items()}, kept, cut)
    except (httpcore.ConnectError, httpcore.ConnectTimeout, httpcore.PoolTimeout) as error:
        raise BackendError("unreachable", f"{who}: {_words(error)}") from None
    except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.RemoteProtocolError) as error:
        kind: Kind = "unreachable" if method in SAFE else "unknown_outcome"
        raise BackendError(
            kind, f"{who}: no whole answer after the request was sent: {_words(error)}"
        ) from None
    except (httpcore.LocalProtocolError, httpx.InvalidURL, ValueError, UnicodeError):
        raise BackendError("invalid", f"{who}: a header or the address has characters it may not") from None


def _context(limits: Limits, who: str) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context()
        if limits.ca_file:
            context.load_verify_locations(limits.ca_file)
    except OSError as error:
        raise BackendError("invalid", f"{who}: {limits.ca_file} cannot be read: {error.strerror}") from None
    return context


def _body(answer: httpx.Response, most: int) -> tuple[bytes, bool]:
    kept = bytearray()
    for piece in answer.iter_raw():
        kept += piece
        if len(kept) > most:
            return bytes(kept[:most]), True
    return bytes(kept), False


def _next(
    method: str, address: httpx.URL, headers: Mapping[str, str], reply: Reply
) -> tuple[httpx.URL, dict[str, str]]:
    who = place(str(address))
    if method not in SAFE and reply.status not in _KEEPING:
        raise BackendError("invalid", f"{who}: it answers {reply.status}, it has moved: give its new address")
    try:
        there = _address(str(address.join(reply.headers["location"])))
    except Exception:  # whatever a foreign server writes there
        raise BackendError("invalid", f"{who}: it sends us to what is no web address") from None
    if address.scheme == "https" and there.scheme != "https":
        raise BackendError("denied", f"{who}: it sends us on without encryption")
    same = place(str(there)) == who
    return there, {k: v for k, v in headers.items() if same or k.lower() not in _PRIVATE_HEADERS}


def _words(error: Exception) -> str:
    text = str(error)
    if "CERTIFICATE_VERIFY_FAILED" in text:
        reason = text.partition("certificate verify failed: ")[2].rpartition(" (_ssl")[0]
        return f"its certificate is not trusted: {one_line(reason) or 'no reason given'}"
    if type(error).__name__.endswith("Timeout"):
        return "it does not answer in time"
    if "refused" in text:
        return "nobody listens there"
    return one_line(text, longest=120) or "it ended the connection"
