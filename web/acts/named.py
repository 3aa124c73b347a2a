"""From what a person typed to a service that can be acted on."""

from __future__ import annotations

from actors.catalogue import whole
from actors.lookup import Catalogue, UnknownService
from actors.service import Service
from node.site import Site
from web.acts.refusal import Refusal


def find(site: Site, words: str) -> Service:
    """The service of this name, alias or title, also one that is off, planned or legacy.

    Raises Refusal (unknown_service) with the nearest name.
    """
    try:
        return site.catalogue.get(words)
    except UnknownService:
        pass
    try:
        return whole_catalogue(site).get(words)
    except UnknownService as error:
        raise Refusal("unknown_service", str(error)) from None


def whole_catalogue(site: Site) -> Catalogue:
    """Every service that exists: those of profiles that are off are imported for this."""
    return whole(site.settings.catalogue.modules)


def usable(site: Site, words: str) -> Service:
    """The same, but only one that can run here.

    Raises Refusal (unknown_service, legacy, off, planned).
    """
    service = find(site, words)
    if service.legacy:
        heirs = f"; use {' or '.join(service.replaced_by)}" if service.replaced_by else ""
        raise Refusal(
            "legacy", f"{service.title} is legacy: its source lists it and no longer uses it{heirs}"
        )
    if service.name not in site.catalogue:
        raise Refusal(
            "off",
            f"{service.title} belongs to profile {service.profile}, which is off: "
            f"switch it on with `tickworks site profile on {service.profile}`",
        )
    if service.planned:
        raise Refusal("planned", f"{service.title} is planned: its work is not built yet, so it cannot run")
    return service
