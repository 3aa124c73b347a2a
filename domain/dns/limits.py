"""What an operator may set of the services for domains and zones, checked."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ZoneLimits:
    """`at_once`: zones that are received; `zone_seconds`: for one of them.

    `vanishing_share`: of a zone's records, so many may be gone at once. `keep_gone_days`: how long those
    that are gone are shown. `remind_days`: so many days before a domain is given up its owner is told.
    """

    at_once: int = 8
    zone_seconds: float = 300.0
    vanishing_share: float = 0.2
    keep_gone_days: float = 90.0
    remind_days: tuple[float, ...] = (11.0, 7.0, 1.0, 0.0)

    def __post_init__(self) -> None:
        _between("at_once", self.at_once, 1, 50)
        _between("zone_seconds", self.zone_seconds, 1, 3_600)
        _between("vanishing_share", self.vanishing_share, 0, 1)
        _between("keep_gone_days", self.keep_gone_days, 1, 3_650)
        for each in self.remind_days:
            _between("remind_days", each, 0, 3_650)


@dataclass(frozen=True)
class ProofLimits:
    """`give_up_days` after its token was given; `timeout` in seconds, of one question.

    `resolvers`: who is asked for the name servers of a domain, ``address`` or ``address:port``; none:
    those of the machine. `port`: where name servers listen.
    """

    give_up_days: float = 14.0
    at_once: int = 20
    timeout: float = 5.0
    resolvers: tuple[str, ...] = ()
    port: int = 53

    def __post_init__(self) -> None:
        _between("give_up_days", self.give_up_days, 1, 3_650)
        _between("at_once", self.at_once, 1, 100)
        _between("timeout", self.timeout, 0.1, 60)
        _between("port", self.port, 1, 65_535)


@dataclass(frozen=True)
class RegistrarLimits:
    """`at_once`: registrars that are asked; `timeout` in seconds, of one answer.

    `tell_days`: so many days before a domain expires its owner is told.
    """

    at_once: int = 4
    timeout: float = 30.0
    tell_days: tuple[float, ...] = (60.0, 30.0, 14.0, 7.0, 1.0, 0.0)

    def __post_init__(self) -> None:
        _between("at_once", self.at_once, 1, 20)
        _between("timeout", self.timeout, 0.1, 120)
        for each in self.tell_days:
            _between("tell_days", each, 0, 3_650)


def _between(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ValueError(f"{name}: expected {low:g} to {high:g}, got {value:g}")
