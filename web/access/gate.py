"""What every request passes before a handler sees it, in one place."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import Receive, Scope, Send

from domain.campaign.unsubscribing import PATH
from node.site import Site
from web.access import answers
from web.access.arrival import Arrival
from web.access.headers import SecurityHeaders
from web.access.loopback import loopback
from web.access.same_site import SameSite

#: What machines of the network ask, and tells nothing secret.
FOR_MACHINES = ("/healthz", "/readyz", "/metrics")


def install(app: FastAPI, site: Site, host: str) -> None:
    """Put the checks around an application that listens on `host`; the last added comes first."""
    web = site.settings.web
    app.add_middleware(SameSite, hosts=[web.public_host] if web.public_host else [], by_link=[PATH])
    app.add_middleware(Arrival, trusted=web.proxies)
    if names := own_names(host, web.public_name):
        # A load balancer and Prometheus come by an address of the network; a browser must not.
        ours = TrustedHostMiddleware if loopback(host) else _OwnNames
        app.add_middleware(ours, allowed_hosts=names, www_redirect=False)
    app.add_middleware(SecurityHeaders)
    answers.add(app)


def own_names(host: str, public_name: str) -> list[str]:
    """The names we answer to, so that another site cannot let a name of its own point here; none: all.

    Open to the network and without a public address, any name may be ours; the session's cookie goes
    only to the name that somebody signed in at.
    """
    names = ["localhost", "127.0.0.1", "[::1]", "::1", host]
    if public_name:
        return [*names, public_name]
    return names if loopback(host) else []


class _OwnNames(TrustedHostMiddleware):
    """Lets machines ask under any name: they know our address, not our public name."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] in FOR_MACHINES:
            await self.app(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)
