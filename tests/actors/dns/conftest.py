"""One name server for the three services; each test that changes a zone has one of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.fault_proxy import FaultProxy
from tests.support.real_knot import RealKnot, many, real_knot

SOA = "@ 60 SOA ns1 hostmaster {serial} 3600 600 86400 300"
TOKEN = "tickworks-0123"
#: Zones that are alike; each test that changes one takes one that no other has had.
POOL = tuple(f"pool{n}.example" for n in range(30))


def zone(name: str, *lines: str, serial: int = 1) -> list[str]:
    """The lines of a zone whose name servers are at two addresses."""
    head = [f"$ORIGIN {name}.", "$TTL 300", SOA.format(serial=serial), "@ NS ns1", "@ NS ns2"]
    return [*head, "ns1 A 127.0.0.1", "ns2 A 127.0.0.2", *lines]


def hosts(count: int, first: int = 0) -> list[str]:
    """So many address records."""
    return [f"host{n} A 192.0.2.{n % 250}" for n in range(first, first + count)]


@pytest.fixture(scope="session")
def knot() -> Iterator[RealKnot]:
    token = f'"{TOKEN}"'
    zones = {
        **{name: zone(name, *hosts(20)) for name in ("plain.example", *POOL)},
        "proof.example": zone("proof.example", f"_tickworks TXT {token}"),
        "parts.example": zone("parts.example", '_tickworks TXT "tickworks" "-0123"'),
        "several.example": zone("several.example", '_tickworks TXT "v=other"', f"_tickworks TXT {token}"),
        "other.example": zone("other.example", '_tickworks TXT "tickworks-of-somebody-else"'),
        "nothing.example": zone("nothing.example"),
        "wild.example": zone("wild.example", '* TXT "v=spf1 -all"'),
        "wildtoken.example": zone("wildtoken.example", f"* TXT {token}"),
        "alias.example": zone("alias.example", "_tickworks CNAME _tickworks.proof.example."),
        "xn--bcher-kva.example": zone("xn--bcher-kva.example", f"_tickworks TXT {token}"),
        "large.example": list(many(12_000)),
    }
    with real_knot(zones, ("127.0.0.1", "127.0.0.2")) as server:
        yield server


@pytest.fixture(scope="session")
def pool() -> Iterator[str]:
    return iter(POOL)


@pytest.fixture
def name(pool: Iterator[str]) -> str:
    """A zone that no other test has touched."""
    return next(pool)


@pytest.fixture
def opened(engine_database: str) -> None:
    """A database of each kind."""


@pytest.fixture
def sqlite(sqlite_engine_database: str) -> None:
    """For what has nothing to do with SQL."""


@pytest.fixture
def proxy(knot: RealKnot) -> Iterator[FaultProxy]:
    """Between us and the server, by TCP."""
    with FaultProxy(knot.port) as made:
        yield made
