"""Where a request comes from: its address and scheme behind a proxy, and its way into the audit trail."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from store import change
from web.access.tokens import bearer

Network = IPv4Network | IPv6Network


class Arrival:
    """Believes ``X-Forwarded-For`` and ``X-Forwarded-Proto`` only from a configured proxy."""

    def __init__(self, app: ASGIApp, trusted: Sequence[Network] = ()) -> None:
        self._app = app
        self._trusted = tuple(trusted)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        scope = self._through_proxies(scope, headers)
        address = scope["client"][0] if scope.get("client") else None
        via = "page" if bearer(headers.get("authorization")) is None else "api"
        with change.origin(via=via, address=address):
            await self._app(scope, receive, send)

    def _through_proxies(self, scope: Scope, headers: Headers) -> Scope:
        """The scope with the client and the scheme that the nearest trusted proxy saw."""
        client = scope.get("client")
        if not client or not self._trusts(client[0]):
            return scope
        changed = dict(scope)
        hops = [hop.strip() for hop in headers.get("x-forwarded-for", "").split(",") if hop.strip()]
        for hop in reversed(hops):
            address = _address(hop)
            if address is None:
                break
            changed["client"] = (str(address), 0)
            if not self._trusts(str(address)):
                break
        scheme = headers.get("x-forwarded-proto", "").split(",")[-1].strip().lower()
        if scheme in ("http", "https"):
            changed["scheme"] = scheme
        return changed

    def _trusts(self, address: str) -> bool:
        parsed = _address(address)
        return parsed is not None and any(parsed in network for network in self._trusted)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """An address as proxies write it, with or without a port."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        parsed = ip_address(text)
    except ValueError:
        return None
    return getattr(parsed, "ipv4_mapped", None) or parsed
