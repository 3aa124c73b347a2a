"""The services of a site, and how one of them is found by what a person types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from types import MappingProxyType

from actors.service import Service


class UnknownService(LookupError):
    """No service goes by these words; `profile` names the one that is off, if that is why."""

    def __init__(self, text: str, profile: str | None = None) -> None:
        super().__init__(text)
        self.profile = profile


@dataclass(frozen=True)
class Catalogue:
    """The services by name, in the order of lists: by family, then by title.

    ``off`` has the names of services that are not loaded, and the profile each one needs.
    """

    services: Mapping[str, Service]
    off: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "services", MappingProxyType(dict(self.services)))
        object.__setattr__(self, "off", MappingProxyType(dict(self.off)))

    def get(self, words: str) -> Service:
        """The service of this name, title or alias; the exact name wins, then capitals do not matter.

        Raises UnknownService with what to do instead.
        """
        if words in self.services:
            return self.services[words]
        spelled = words.strip().casefold()
        if spelled in self.services:
            return self.services[spelled]
        matches = [name for name, service in self.services.items() if spelled in _other_names(service)]
        if len(matches) == 1:
            return self.services[matches[0]]
        raise self._unknown(words, spelled, matches)

    def profiles_of(self) -> dict[str, tuple[str, ...]]:
        """The names of the loaded services by profile, in the order of lists."""
        profiles: dict[str, tuple[str, ...]] = {}
        for name, service in self.services.items():
            profiles[service.profile] = (*profiles.get(service.profile, ()), name)
        return profiles

    def _unknown(self, words: str, spelled: str, matches: list[str]) -> UnknownService:
        if matches:
            return UnknownService(f"{words!r} is the title of {' and '.join(matches)}: use the name")
        if profile := self.off.get(spelled):
            return UnknownService(
                f"{spelled} belongs to the profile {profile}, which is off: "
                f"switch it on with `tickworks site profile on {profile}`",
                profile,
            )
        near = get_close_matches(spelled, self._all_words(), n=1)
        advice = f"did you mean {self._all_words()[near[0]]}?" if near else "see `tickworks services`"
        return UnknownService(f"there is no service {words!r}: {advice}")

    def _all_words(self) -> dict[str, str]:
        words = {word: name for name, service in self.services.items() for word in _other_names(service)}
        return words | {name: name for name in (*self.off, *self.services)}

    def __getitem__(self, name: str) -> Service:
        return self.services[name]

    def __contains__(self, name: object) -> bool:
        return name in self.services

    def __iter__(self) -> Iterator[str]:
        return iter(self.services)

    def __len__(self) -> int:
        return len(self.services)


def _other_names(service: Service) -> set[str]:
    return {word.casefold() for word in (service.title, *service.aliases)}
