"""What any registrar can be asked, whatever its protocol, and in which shape it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from backends.error import BackendError

Act = Literal["list", "info", "contacts", "renew", "set_name_servers"]
#: ``pending``: the registrar took the order and will carry it out later; `info` shows when.
Outcome = Literal["done", "pending"]
Role = Literal["registrant", "admin", "tech", "billing"]


@dataclass(frozen=True)
class Domain:
    """A registered name. `name` and `name_servers`: ASCII, no last dot; times in UTC, None where not told.

    `statuses`: words as in RFC 8056, ``clientTransferProhibited``; `locked`: no transfer is possible;
    `auto_renew`: None where the protocol does not tell.
    """

    name: str
    registrar: str = ""
    statuses: tuple[str, ...] = ()
    name_servers: tuple[str, ...] = ()
    created_at: datetime | None = None
    changed_at: datetime | None = None
    expires_at: datetime | None = None
    locked: bool = False
    auto_renew: bool | None = None


@dataclass(frozen=True)
class Contact:
    """Who stands behind a name. `country`: two letters; `redacted`: the registrar keeps some of it back."""

    handle: str = ""
    name: str = ""
    organisation: str = ""
    email: str = ""
    phone: str = ""
    street: str = ""
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = ""
    redacted: bool = False


class Registrar(Protocol):
    """A registrar. All raise BackendError; `can` says what is there, the rest raises ``invalid``.

    Names may be in any script. After a lost answer `renew` and `set_name_servers` look up what became of
    it, and raise ``unknown_outcome`` only where that shows nothing.
    """

    can: frozenset[Act]

    def list(self) -> Iterator[str]:
        """The names registered here, page by page."""
        ...

    def info(self, name: str) -> Domain:
        """All of a name. ``missing`` where it is not registered, or not with us."""
        ...

    def contacts(self, name: str) -> Mapping[Role, Contact]:
        """Who stands behind a name, as far as told."""
        ...

    def renew(self, name: str, years: int, *, expires_at: datetime) -> Outcome:
        """Renew a name that expires at `expires_at` as far as we know; ``conflict`` where it does not."""
        ...

    def set_name_servers(self, name: str, servers: Sequence[str]) -> Outcome:
        """These are the name's servers from now on, no others. Hosts must be known to the registrar."""
        ...

    def close(self) -> None:
        """End the conversation."""
        ...


def looked_up(lost: BackendError, shows_it: Callable[[], bool]) -> Outcome:
    """After a lost answer: ``done`` where a look shows the change; else raises, still ``unknown_outcome``."""
    try:
        if shows_it():
            return "done"
    except BackendError as error:
        raise BackendError("unknown_outcome", f"{lost}; it cannot be looked up: {error}") from None
    raise BackendError("unknown_outcome", f"{lost}; a look does not show the change done")


def cannot(act: Act, who: str) -> BackendError:
    """The error of an act that a protocol does not have."""
    return BackendError("invalid", f"{who}: it has no way to {act.replace('_', ' ')}")
