"""The sample hosting provider: two resellers, their customers, staff, and this very machine with its checks.

Nobody in it exists: names say what they are, and addresses are of example.org (RFC 2606). The servers do
exist: they are where Tickworks itself runs, so that what is measured and checked is real.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from domain.sample import desk

#: A kind of object, and the values of one.
Entry = tuple[str, dict[str, Any]]

PROVIDER = "Sample Provider"
#: Reseller -> its customers.
RESELLERS = {
    "Reseller North": ("North Customer 1", "North Customer 2", "North Customer 3"),
    "Reseller South": ("South Customer 1", "South Customer 2"),
}
DIRECT = ("Direct Customer 1",)
VENDOR = "Network Vendor"
MACHINE = "this machine"
#: Seconds between two looks: somebody who has just loaded it shall not wait long.
EVERY = 60


@dataclass(frozen=True)
class Surroundings:
    """Where Tickworks runs, as (host, port): its page, and its database and broker if they are servers."""

    page: tuple[str, int] | None = None
    database: tuple[str, int] | None = None
    broker: tuple[str, int] | None = None


def provider(around: Surroundings) -> list[Entry]:
    """All its objects, each behind those that it refers to."""
    helpdesk = desk.departments(_domain(PROVIDER))
    return [*_organisations(), *_people(), *_servers(around), *_checks(around), *_reports(), *helpdesk]


def _organisations() -> Iterator[Entry]:
    yield _organisation(PROVIDER, "provider", None, "P-1")
    yield _organisation(VENDOR, "vendor", None, "V-1")
    for number, (reseller, customers) in enumerate(RESELLERS.items(), 1):
        yield _organisation(reseller, "reseller", PROVIDER, f"R-{number}")
        for nth, customer in enumerate(customers, 1):
            yield _organisation(customer, "customer", reseller, f"C-{number}{nth:02}")
    for nth, customer in enumerate(DIRECT, 1):
        yield _organisation(customer, "customer", PROVIDER, f"C-{nth:03}")


def _organisation(name: str, kind: str, parent: str | None, number: str) -> Entry:
    return "organisation", {
        "name": name,
        "kind": kind,
        "parent": parent,
        "number": number,
        "email": f"office@{_domain(name)}",
        "currency": "EUR",
    }


def _people() -> Iterator[Entry]:
    for name in (*RESELLERS, *(each for customers in RESELLERS.values() for each in customers), *DIRECT):
        yield _contact(name, "Accounts", ("billing",), first=True)
        yield _contact(name, "Technical desk", ("technical", "notices", "domains"))
    for name in ("Duty desk", "Accounts desk"):
        yield "staff", {"name": name, "email": _staff_address(name)}


def _contact(organisation: str, name: str, duties: tuple[str, ...], first: bool = False) -> Entry:
    return "contact", {
        "organisation": organisation,
        "name": name,
        "email": f"{name.split()[0].lower()}@{_domain(organisation)}",
        "duties": duties,
        "is_primary": first,
    }


def _servers(around: Surroundings) -> Iterator[Entry]:
    own = around.page[0] if around.page else "127.0.0.1"
    yield _server(MACHINE, "general", own, read_by="local", organisation=PROVIDER)
    if around.page:
        yield _server("page", "web", around.page[0], organisation="Reseller North")
    if around.database:
        yield _server("database", "database", around.database[0], organisation="Reseller South")
    if around.broker:
        yield _server("broker", "general", around.broker[0], organisation="Reseller South")


def _server(name: str, kind: str, address: str, **more: Any) -> Entry:
    values = {"name": name, "kind": kind, "address": address, "server_group": "Tickworks", **more}
    return "server", values


def _checks(around: Surroundings) -> Iterator[Entry]:
    yield _check(MACHINE, "processors", "cpu", warning=90, critical=98)
    yield _check(MACHINE, "memory", "memory", warning=90, critical=97)
    yield _check(MACHINE, "disk of the system", "disk", target="/", warning=85, critical=95)
    if around.page:
        host, port = around.page
        yield _check("page", "port", "tcp", port=port)
        yield _check("page", "health", "http", target=f"http://{_in_url(host)}:{port}/healthz")
    for name, place in (("database", around.database), ("broker", around.broker)):
        if place:
            yield _check(name, "port", "tcp", port=place[1])


def _check(server: str, name: str, kind: str, **more: Any) -> Entry:
    return "check", {"server": server, "name": name, "kind": kind, "interval": EVERY, **more}


def _reports() -> Iterator[Entry]:
    yield (
        "report_schedule",
        {
            "name": "Servers by the hour",
            "report": "servers",
            "times": tuple(f"{hour:02}:00" for hour in range(24)),
            "recipients": (_staff_address("Duty desk"),),
        },
    )


def _staff_address(name: str) -> str:
    return f"{name.split()[0].lower()}@{_domain(PROVIDER)}"


def _domain(name: str) -> str:
    return f"{name.lower().replace(' ', '-')}.example.org"


#: Where the duty desk gets its mail.
DUTY_ADDRESS = _staff_address("Duty desk")


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host
