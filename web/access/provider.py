"""The identity provider of a site, if one is configured: made when it is first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import Request

from node.site import Site
from store import secret
from web.acts.refusal import Refusal

if TYPE_CHECKING:
    from web.access.oidc import Provider


def provider_of(request: Request, site: Site) -> Provider:
    """The provider. Raises Refusal (not_configured) without one."""
    settings = site.settings.oidc
    if not settings.configured:
        raise Refusal("not_configured", "no identity provider is configured: sign in with a password")
    state = request.app.state
    made: Provider | None = getattr(state, "identity_provider", None)
    if made is None:
        from web.access.oidc import Provider

        # Two at once would only ask the provider twice.
        made = state.identity_provider = Provider(
            settings, lambda: secret.follow(settings.client_secret) if settings.client_secret else ""
        )
    return made
