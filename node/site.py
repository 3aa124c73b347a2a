"""Everything a process needs to know about its site; made once, before the fork."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

from actors import Service
from actors.catalogue import Catalogue, load
from actors.declared import declared
from backends.vault_key import KeySource
from config.problems import ConfigError
from config.settings import Settings
from coordinator.world import Rules
from domain.time.clock import Clock, SystemClock
from store import secret
from store.service import Declared


@dataclass(frozen=True)
class Site:
    """Settings, the catalogue of the profiles that are on, and what follows from them."""

    settings: Settings
    catalogue: Catalogue
    clock: Clock
    profiles: frozenset[str]

    @property
    def zone(self) -> ZoneInfo:
        """The system's zone."""
        return ZoneInfo(self.settings.site.zone)

    @property
    def rules(self) -> Rules:
        """The ``[coordinator]`` settings."""
        return Rules(**self.settings.coordinator.model_dump())

    @cached_property
    def services(self) -> dict[str, Service]:
        """The services that can run, by name."""
        return {
            service.name: service
            for service in self.catalogue.services.values()
            if not (service.planned or service.legacy)
        }

    @cached_property
    def _declared(self) -> list[Declared]:
        history = {f"history.{key}": value for key, value in self.settings.history.model_dump().items()}
        mail = self.settings.mail
        own = self.settings.site
        site = {"site.name": own.name, "site.admin": " ".join(own.admin), "site.zone": own.zone}
        public = {"web.public_url": self.settings.web.public_url}
        kinds = {
            "site.profiles": list(own.profiles),
            "catalogue.modules": list(self.settings.catalogue.modules),
        }
        values = history | site | public | kinds | self.settings.backup.options(self.settings.file)
        has = {*mail.has(), *(name for name, value in public.items() if value)}
        found, problems = declared(
            self.services.values(), self.settings.service, has=has, settings=values | mail.values()
        )
        if problems:
            raise ConfigError(problems)
        return found

    def declared(self) -> list[Declared]:
        """What the database is told of them. Raises ConfigError for wrong defaults in the file."""
        return list(self._declared)


def open_site(settings: Settings, live_profiles: dict[str, bool] | None = None) -> Site:
    """The site of these settings; ``live_profiles`` are those an operator switched on or off.

    Raises CatalogueError when services cannot be imported, ConfigError for wrong defaults.
    """
    folder = str(settings.root.resolve())
    if settings.catalogue.modules and folder not in sys.path:
        sys.path.insert(0, folder)
    profiles = active_profiles(settings, live_profiles)
    secret.use(key_source(settings))
    site = Site(settings, load(profiles, settings.catalogue.modules), SystemClock(), profiles)
    site.declared()
    return site


def key_source(settings: Settings) -> KeySource:
    """Where the keys of the sealed secrets are."""
    return KeySource(settings.secrets.path, settings.secrets.key)


def active_profiles(settings: Settings, live_profiles: dict[str, bool] | None) -> frozenset[str]:
    """The profiles of the file, and above them those that were switched on or off live."""
    profiles = set(settings.site.active_profiles)
    for profile, on in (live_profiles or {}).items():
        profiles = profiles | {profile} if on else profiles - {profile}
    return frozenset(profiles | {"core"})
