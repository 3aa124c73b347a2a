"""Changes come from our own pages: what another site makes a browser send is refused.

Browsers say where a request comes from (``Sec-Fetch-Site``); over plain HTTP to another machine they
leave that out and send ``Origin`` alone. A program with an access token and without a cookie is not a
browser that was misled, so it needs neither.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from web.access.problem import problem
from web.access.tokens import bearer

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


class SameSite:
    """Answers 403 to unsafe requests of other sites. `hosts`: names (with port) that are ours as well.

    Paths that begin as one of `by_link` need no session: the address alone is the proof, and mail programs
    post to it (RFC 8058).
    """

    def __init__(self, app: ASGIApp, hosts: Sequence[str] = (), by_link: Sequence[str] = ()) -> None:
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts)
        self._by_link = tuple(by_link)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        guarded = scope["type"] == "http" and scope["method"] not in SAFE
        if guarded and not self._open(scope["path"]) and not self._ours(Headers(scope=scope)):
            answer = problem(
                403,
                "The request comes from another site",
                "a change must come from a page of this site, or carry an access token and no cookie",
                code="other_site",
            )
            await answer(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _open(self, path: str) -> bool:
        return bool(self._by_link) and path.startswith(self._by_link)

    def _ours(self, headers: Headers) -> bool:
        if bearer(headers.get("authorization")) is not None and "cookie" not in headers:
            return True
        said = headers.get("sec-fetch-site")
        if said is not None:
            return said in ("same-origin", "none")
        origin = headers.get("origin")
        if origin is None:
            return False
        host = urlsplit(origin).netloc.lower()
        return bool(host) and (host == headers.get("host", "").lower() or host in self._hosts)
