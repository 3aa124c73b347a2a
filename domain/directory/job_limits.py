"""What an operator may set of the service that carries out jobs of directories, checked."""

from __future__ import annotations

from dataclasses import dataclass

from domain.directory.attributes import wanted

#: Attributes of users and of units that are no secret and that nearly every organisation uses.
OF_USERS = ("title", "department", "company", "physicalDeliveryOfficeName", "proxyAddresses", "manager")
OF_UNITS = ("description", "street", "l", "postalCode", "c")


@dataclass(frozen=True)
class JobLimits:
    """`at_once` jobs, each of another organisation; `user_attributes` that are kept of users;
    `unit_attributes` that are kept of organisations' units; `disable_logins` of shared mailboxes, rooms and
    equipment; `timeout` in seconds, of one answer; `vanishing_share`: so many may have gone at once.
    """

    at_once: int = 4
    user_attributes: tuple[str, ...] = OF_USERS
    unit_attributes: tuple[str, ...] = OF_UNITS
    disable_logins: bool = True
    timeout: float = 60.0
    vanishing_share: float = 0.2

    def __post_init__(self) -> None:
        wanted((*self.user_attributes, *self.unit_attributes))
        for name, low, high in (("at_once", 1, 50), ("timeout", 1, 600), ("vanishing_share", 0, 1)):
            if not low <= getattr(self, name) <= high:
                raise ValueError(f"{name}: expected {low} to {high}, got {getattr(self, name):g}")
