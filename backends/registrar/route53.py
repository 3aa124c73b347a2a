"""Amazon Route 53 Domains: a foreign reseller's API, JSON over HTTPS, each request signed by us.

Source: the Route 53 Domains API Reference, version 2014-05-15.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, get_args
from urllib.parse import urlsplit

from backends.error import BackendError, Kind, one_line
from backends.http.fetch import Limits, Reply, fetch, kind_of, place, retry_after
from backends.http.place import ANYWHERE
from backends.registrar.json_reply import moment, objects, read_object, text, texts
from backends.registrar.registrar import Act, Contact, Domain, Outcome, Role, looked_up
from backends.registrar.sigv4 import Credentials, signed
from backends.registrar.written_name import written

#: An administrator named the address himself.
LIMITS = Limits(allow=ANYWHERE, most_bytes=4 * 1024 * 1024, redirects=0)
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
#: What ``__type`` says -> what it means to us. All come with status 400.
_KINDS: dict[str, Kind] = {
    "AccessDenied": "denied",
    "DomainLimitExceeded": "denied",
    "DuplicateRequest": "conflict",
    "ExpiredToken": "auth",
    "IncompleteSignature": "auth",
    "InvalidClientTokenId": "auth",
    "InvalidSignature": "auth",
    "MissingAuthenticationToken": "auth",
    "OperationLimitExceeded": "throttled",
    "RequestExpired": "auth",
    "RequestLimitExceeded": "throttled",
    "SignatureDoesNotMatch": "auth",
    "Throttling": "throttled",
    "TooManyRequests": "throttled",
    "UnrecognizedClient": "auth",
}
#: A name that is not ours is an ``InvalidInput`` like any other; only the text tells (measured).
_NOT_OURS = ("not associated with this account", "not registered", "isn't registered", "not found")


class Route53Domains:
    """A Registrar. `url`: ``https://route53domains.us-east-1.amazonaws.com`` or what stands for it."""

    can: frozenset[Act] = frozenset(get_args(Act))

    def __init__(
        self,
        url: str,
        credentials: Credentials,
        *,
        limits: Limits = LIMITS,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Raises BackendError ``invalid`` for an address that is none, ``denied`` for one without TLS."""
        self._who = place(url)
        parts = urlsplit(url)
        if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
            raise BackendError("denied", f"{self._who}: orders are not sent without encryption; use https")
        self._url = url.rstrip("/") + "/"
        self._credentials, self._limits, self._now = credentials, limits, now

    def list(self) -> Iterator[str]:
        """The names of the account; a page is asked for when the one before is used up."""
        marker = ""
        seen = set()
        while True:
            found = self._ask("ListDomains", **({"Marker": marker} if marker else {}))
            yield from (text(each.get("DomainName")) for each in objects(found.get("Domains")))
            marker = text(found.get("NextPageMarker"))
            if not marker:
                return
            if marker in seen:
                raise BackendError("invalid", f"{self._who}: its pages go round in a circle")
            seen.add(marker)

    def info(self, name: str) -> Domain:
        """All of a name."""
        found = self._detail(name)
        statuses = tuple(texts(found.get("StatusList")))
        return Domain(
            name=text(found.get("DomainName")).lower() or written(name),
            registrar=text(found.get("RegistrarName")),
            statuses=statuses,
            name_servers=_hosts(found),
            created_at=moment(found.get("CreationDate")),
            changed_at=moment(found.get("UpdatedDate")),
            expires_at=moment(found.get("ExpirationDate")),
            locked="clientTransferProhibited" in statuses,
            auto_renew=renews if isinstance(renews := found.get("AutoRenew"), bool) else None,
        )

    def contacts(self, name: str) -> Mapping[Role, Contact]:
        """Who stands behind a name; where privacy is on, the world sees less than we do."""
        found = self._detail(name)
        roles: dict[str, Role] = {"Registrant": "registrant", "Admin": "admin", "Tech": "tech"}
        return {
            role: _contact(given)
            for word, role in roles.items()
            if isinstance(given := found.get(f"{word}Contact"), dict)
        }

    def renew(self, name: str, years: int, *, expires_at: datetime) -> Outcome:
        """Order it; the year in which the name expires guards against renewing twice."""
        asked = {"DurationInYears": years, "CurrentExpiryYear": expires_at.astimezone(UTC).year}
        return self._order(
            "RenewDomain",
            lambda: (self.info(name).expires_at or expires_at) > expires_at,
            DomainName=written(name),
            **asked,
        )

    def set_name_servers(self, name: str, servers: Sequence[str]) -> Outcome:
        """Order it. Hosts below the name itself need addresses, which this does not give."""
        hosts = [written(server) for server in servers]
        return self._order(
            "UpdateDomainNameservers",
            lambda: set(self.info(name).name_servers) == set(hosts),
            DomainName=written(name),
            Nameservers=[{"Name": host} for host in hosts],
        )

    def close(self) -> None:
        """Nothing is kept open."""

    def _order(self, action: str, shows_it: Callable[[], bool], **asked: Any) -> Outcome:
        try:
            self._ask(action, **asked)
        except BackendError as error:
            if error.kind != "unknown_outcome":
                raise
            return looked_up(error, shows_it)
        return "pending"

    def _detail(self, name: str) -> dict[str, Any]:
        return self._ask("GetDomainDetail", DomainName=written(name))

    def _ask(self, action: str, **asked: Any) -> dict[str, Any]:
        body = json.dumps(asked).encode()
        headers = {
            "content-type": "application/x-amz-json-1.1",
            "x-amz-target": f"Route53Domains_v20140515.{action}",
        }
        sent = signed("POST", self._url, headers, body, self._credentials, self._now())
        try:
            reply = fetch("POST", self._url, headers=sent, body=body, limits=self._limits)
        except BackendError as error:
            changes = not action.startswith(("Get", "List"))
            if error.kind != "unknown_outcome" or changes:
                raise
            raise BackendError("unreachable", str(error)) from None
        if reply.status != 200:
            raise self._refused(reply)
        try:
            return read_object(reply, self._who)
        except BackendError as error:
            if action.startswith(("Get", "List")):
                raise
            raise BackendError("unknown_outcome", str(error)) from None

    def _refused(self, reply: Reply) -> BackendError:
        try:
            found = read_object(reply, self._who)
        except BackendError:  # what refuses a signature may stand before the API and answer in XML
            codes = re.search(rb"<Code>(\w{1,60})</Code>", reply.body)
            found = {"__type": codes[1].decode("ascii", "replace")} if codes else {}
        name = text(found.get("__type")).rpartition("#")[2].removesuffix("Exception")
        said = text(found.get("message") or found.get("Message"))
        kind = _KINDS.get(name, kind_of(reply.status))
        if name == "InvalidInput" and any(words in said for words in _NOT_OURS):
            kind = "missing"
        line = f"{self._who}: it answers {reply.status}: {one_line(f'{name} {said}')}".rstrip(": ")
        return BackendError(kind, line.replace(self._credentials.secret, "***"), after=retry_after(reply))


def _hosts(found: dict[str, Any]) -> tuple[str, ...]:
    return tuple(text(each.get("Name")).lower().rstrip(".") for each in objects(found.get("Nameservers")))


def _contact(found: dict[str, Any]) -> Contact:
    streets = (text(found.get(line)) for line in ("AddressLine1", "AddressLine2"))
    return Contact(
        name=" ".join(filter(None, (text(found.get("FirstName")), text(found.get("LastName"))))),
        organisation=text(found.get("OrganizationName")),
        email=text(found.get("Email")),
        phone=text(found.get("PhoneNumber")),
        street=", ".join(filter(None, streets)),
        city=text(found.get("City")),
        region=text(found.get("State")),
        postal_code=text(found.get("ZipCode")),
        country=text(found.get("CountryCode")),
    )
