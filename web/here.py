"""What every handler asks for first: the site that this process serves."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from node.site import Site


def site_of(request: Request) -> Site:
    """The site of the application that answers this request."""
    site: Site = request.app.state.site
    return site


def own_port(request: Request) -> int | None:
    """The port that the page itself listens on, whatever stands before it; None behind a Unix socket."""
    server = request.scope.get("server")
    return server[1] if server else None


#: A parameter of a handler: the site.
Here = Annotated[Site, Depends(site_of)]
