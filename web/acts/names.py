"""What people do to domains and zones: have one looked at now."""

from __future__ import annotations

from node.site import Site
from store import database
from web.acts.force import Forced, force
from web.shown import domains, zones


class Names:
    """The acts of one person; each is a forced run for one name, in the audit as every run.

    They raise Refusal (unknown_domain, unknown_zone, and those of `force`) and DatabaseAway.
    """

    def __init__(self, site: Site, *, by: str, trigger: str = "manual") -> None:
        self._site = site
        self._by = by
        self._trigger = trigger

    def verify(self, name: str) -> Forced:
        """Look for the token of a domain now, also where it was given up."""
        found = domains.one(self._site, database.read(), name)
        return self._force("domain_verification", "1", {"domain": found["name"]})

    def ask_registrar(self, name: str) -> Forced:
        """Ask the registrar of a domain now."""
        found = domains.one(self._site, database.read(), name)
        return self._force("domain_name_data_sync", "1", {"domain": found["name"]})

    def read_zone(self, name: str, *, believe: bool = False) -> Forced:
        """Read a zone now. `believe`: also where much of it has vanished."""
        found = zones.one(database.read(), name)
        args = {"zone": found["name"], **({"believe": True} if believe else {})}
        return self._force("synch_dns_records", "1", args)

    def _force(self, service: str, step: str, args: dict[str, object]) -> Forced:
        return force(self._site, service, by=self._by, trigger=self._trigger, args=args, step=step)
