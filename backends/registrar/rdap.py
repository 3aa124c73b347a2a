"""RDAP: what the world may know of a domain (RFC 9082 queries, RFC 9083 answers, RFC 7095 contacts)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from backends.error import BackendError
from backends.http.fetch import Limits, check, fetch, place
from backends.http.place import ANYWHERE
from backends.registrar.json_reply import moment, objects, read_object, text, texts
from backends.registrar.registrar import Act, Contact, Domain, Outcome, Role, cannot
from backends.registrar.written_name import written

#: An administrator named the address himself; servers of registries send on to those of registrars.
LIMITS = Limits(allow=ANYWHERE, most_bytes=4 * 1024 * 1024)
_ROLES: dict[str, Role] = {
    "registrant": "registrant",
    "administrative": "admin",
    "technical": "tech",
    "billing": "billing",
}


class Rdap:
    """A Registrar that only tells. `url`: the server's address before ``/domain/…``."""

    can: frozenset[Act] = frozenset({"info", "contacts"})

    def __init__(self, url: str, *, limits: Limits = LIMITS) -> None:
        """Raises BackendError ``invalid`` for an address that is none."""
        self._who = place(url)
        self._url = url.rstrip("/")
        self._limits = limits

    def list(self) -> Iterator[str]:
        """RDAP has no list."""
        raise cannot("list", self._who)

    def info(self, name: str) -> Domain:
        """What is told of a name."""
        found = self._domain(name)
        events = {
            text(each.get("eventAction")): moment(each.get("eventDate"))
            for each in objects(found.get("events"))
        }
        statuses = tuple(_status(each) for each in texts(found.get("status")))
        hosts = (text(each.get("ldhName")) for each in objects(found.get("nameservers")))
        registrars = (_contact(each) for each in _entities(found) if "registrar" in texts(each.get("roles")))
        return Domain(
            name=text(found.get("ldhName")).lower().rstrip(".") or written(name),
            registrar=next((each.name or each.organisation for each in registrars), ""),
            statuses=statuses,
            name_servers=tuple(host.lower().rstrip(".") for host in hosts if host),
            created_at=events.get("registration"),
            changed_at=events.get("last changed"),
            expires_at=events.get("expiration"),
            locked=bool({"clientTransferProhibited", "serverTransferProhibited"} & set(statuses)),
        )

    def contacts(self, name: str) -> Mapping[Role, Contact]:
        """Who stands behind a name; most servers keep people's data back, and say so in a remark."""
        found = self._domain(name)
        redacted = bool(found.get("redacted"))  # RFC 9537
        return {
            _ROLES[role]: _contact(entity, redacted)
            for entity in _entities(found)
            for role in texts(entity.get("roles"))
            if role in _ROLES
        }

    def renew(self, name: str, years: int, *, expires_at: datetime) -> Outcome:
        """RDAP changes nothing."""
        raise cannot("renew", self._who)

    def set_name_servers(self, name: str, servers: Sequence[str]) -> Outcome:
        """RDAP changes nothing."""
        raise cannot("set_name_servers", self._who)

    def close(self) -> None:
        """Nothing is kept open."""

    def _domain(self, name: str) -> dict[str, Any]:
        known = written(name)
        headers = {"accept": "application/rdap+json, application/json"}
        reply = fetch("GET", f"{self._url}/domain/{known}", headers=headers, limits=self._limits)
        check(reply, self._who)
        found = read_object(reply, self._who)
        if found.get("objectClassName") != "domain":
            raise BackendError("invalid", f"{self._who}: its answer is about no domain")
        told = text(found.get("ldhName")).lower().rstrip(".")
        if told and told != known:
            raise BackendError("invalid", f"{self._who}: asked for {known}, it answers on another domain")
        return found


def _entities(found: dict[str, Any]) -> list[dict[str, Any]]:
    """Those of the domain, and those within them, one level down."""
    outer = objects(found.get("entities"))
    return [*outer, *(inner for each in outer for inner in objects(each.get("entities")))]


def _status(word: str) -> str:
    """RDAP's words as EPP's: ``client transfer prohibited`` is ``clientTransferProhibited`` (RFC 8056)."""
    first, *rest = word.split() or [""]
    known = {"active": "ok"}
    return known.get(word, first + "".join(each.capitalize() for each in rest))


def _contact(entity: dict[str, Any], redacted: bool = False) -> Contact:
    card = entity.get("vcardArray")
    lines = card[1] if isinstance(card, list) and len(card) > 1 and isinstance(card[1], list) else []
    told: dict[str, Any] = {}
    for line in lines:
        if isinstance(line, list) and len(line) >= 4 and isinstance(line[0], str):
            told.setdefault(line[0], line[3])
    address = told.get("adr")
    # Box, extended, street, city, region, postal code, country (RFC 6350 §6.3.1).
    parts = [_joined(each) for each in address] if isinstance(address, list) else []
    parts += [""] * (7 - len(parts))
    remarks = [text(each.get("title")).upper() for each in objects(entity.get("remarks"))]
    return Contact(
        handle=text(entity.get("handle")),
        name=text(told.get("fn")),
        organisation=_joined(told.get("org")),
        email=text(told.get("email")),
        phone=text(told.get("tel")).removeprefix("tel:"),
        street=parts[2],
        city=parts[3],
        region=parts[4],
        postal_code=parts[5],
        country=parts[6],
        redacted=redacted or any("REDACTED" in remark for remark in remarks),
    )


def _joined(found: object) -> str:
    return ", ".join(filter(None, texts(found))) if isinstance(found, list) else text(found)
