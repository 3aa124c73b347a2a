"""HTTP: status and text of a web page, with every length bounded."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from backends.error import BackendError, one_line
from backends.probe.conversation import not_connected, tls_context, where
from backends.probe.finding import Finding

if TYPE_CHECKING:
    import httpx

CONNECT_TIMEOUT = 6.0
#: Seconds for the whole page with all redirects: a server that drips never meets a timeout of one read.
TOTAL = 20.0
#: Bytes of a page that are read.
LARGEST = 1_000_000


@dataclass(frozen=True)
class Page:
    """An answer: its status, its headers (names in lower case), and the first `LARGEST` bytes of text."""

    place: str
    status: int
    headers: dict[str, str]
    text: str
    whole: bool


async def ask(
    url: str,
    *,
    statuses: tuple[int, ...] = (),
    wanted: str = "",
    unwanted: str = "",
    redirects: int = 5,
    ca_file: str = "",
    connect_timeout: float = CONNECT_TIMEOUT,
    total: float = TOTAL,
    largest: int = LARGEST,
) -> Finding:
    """Whether the page has one of `statuses` (none: 200 to 299), the `wanted` text and not the `unwanted`.

    `redirects`: how many are followed; 0 takes the first answer as it is. Raises BackendError.
    """
    page = await fetch(
        url,
        redirects=redirects,
        ca_file=ca_file,
        connect_timeout=connect_timeout,
        total=total,
        largest=largest,
    )
    good = page.status in statuses if statuses else 200 <= page.status < 300
    if not good:
        expected = ", ".join(map(str, statuses)) or "200 to 299"
        return Finding(False, f"{page.place}: status {page.status}, expected {expected}", page.status)
    if unwanted and unwanted in page.text:
        return Finding(False, f"{page.place}: the page holds {one_line(unwanted, longest=60)}", page.status)
    if wanted and wanted not in page.text:
        part = "the page lacks" if page.whole else f"the first {largest} bytes lack"
        return Finding(False, f"{page.place}: {part} {one_line(wanted, longest=60)}", page.status)
    return Finding(True, f"status {page.status}", page.status)


async def fetch(
    url: str,
    *,
    redirects: int = 0,
    ca_file: str = "",
    headers: dict[str, str] | None = None,
    connect_timeout: float = CONNECT_TIMEOUT,
    total: float = TOTAL,
    largest: int = LARGEST,
) -> Page:
    """GET `url`. Raises BackendError; ``auth``: its certificate, ``invalid``: no HTTP, a circle."""
    import httpx

    place = _checked(url)
    # It would write each address, with the password in it, to the log.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    client = httpx.AsyncClient(
        verify=tls_context(ca_file),
        timeout=httpx.Timeout(total, connect=connect_timeout),
        follow_redirects=redirects > 0,
        max_redirects=redirects,
        trust_env=False,
        # A small packed answer could be a very large one.
        headers={"accept-encoding": "identity", "user-agent": "Tickworks", **(headers or {})},
    )
    try:
        async with asyncio.timeout(total), client, client.stream("GET", url) as answer:
            body, whole = await _read(answer, largest)
            return Page(
                _place(str(answer.url)),
                answer.status_code,
                {name.lower(): value for name, value in answer.headers.items()},
                _text(answer, body, place),
                whole,
            )
    except httpx.TooManyRedirects:
        raise BackendError(
            "invalid", f"{place}: more than {redirects} redirects, perhaps in a circle"
        ) from None
    except (TimeoutError, httpx.ConnectTimeout):
        raise BackendError("unreachable", f"{place}: the page did not come within {total:g} s") from None
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError, ExceptionGroup) as error:
        raise _told(place, error) from None


async def _read(answer: httpx.Response, largest: int) -> tuple[bytes, bool]:
    body = bytearray()
    async for piece in answer.aiter_raw():
        body += piece
        if len(body) > largest:
            return bytes(body[:largest]), False
    return bytes(body), True


def _text(answer: httpx.Response, body: bytes, place: str) -> str:
    packed = answer.headers.get("content-encoding", "identity").strip().lower()
    if packed not in ("", "identity"):
        raise BackendError(
            "invalid", f"{place}: sends {one_line(packed, longest=40)} though plain text was asked for"
        )
    try:
        return body.decode(answer.charset_encoding or "utf-8", "replace")
    except LookupError:
        return body.decode("utf-8", "replace")


def _checked(url: str) -> str:
    """The place of an address that is one. Raises BackendError (invalid)."""
    try:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https") and parts.hostname and (parts.port or 80) > 0:
            return _place(url)
    except ValueError:
        pass
    raise BackendError("invalid", "this is no address of a web page: expected https://host/path")


def _place(url: str) -> str:
    """``http://host:port/path`` without a password or a query."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return one_line(f"{parts.scheme}://{where(parts.hostname or '', port)}{parts.path}", longest=120)


def _told(place: str, error: Exception) -> BackendError:
    import httpx

    cause: BaseException | None = error
    while cause is not None:
        # One without a number says no more than that all addresses were tried: its cause says why.
        if isinstance(cause, OSError) and cause.errno is not None:
            return not_connected(place, cause)
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpx.RemoteProtocolError):
        if "disconnected" in str(error) or "closed" in str(error):
            return BackendError("unreachable", f"{place}: it ended the connection before the answer did")
        return BackendError("invalid", f"{place}: what it says is not HTTP")
    if isinstance(error, httpx.NetworkError | httpx.TimeoutException):
        return BackendError("unreachable", f"{place}: {one_line(str(error)) or 'the connection broke'}")
    return BackendError("invalid", f"{place}: {one_line(str(error)) or type(error).__name__}")
