"""One name server for all tests of DNS; each test that changes something has a zone of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from backends.dns.server import Key, Server
from tests.support.fault_proxy import FaultProxy
from tests.support.real_knot import TRANSFER, UPDATE, RealKnot, many, real_knot

SOA = "@ 60 SOA ns1 hostmaster 1 3600 600 86400 300"
LONG = "a" * 200
EXAMPLE = f"""$ORIGIN example.org.
$TTL 300
{SOA}
@ NS ns1
@ NS ns2
@ NS silent
ns1 A 127.0.0.1
ns2 A 127.0.0.2
silent A 127.0.0.3
one TXT "token-1"
parts TXT "token" "-in-" "parts"
several TXT "first"
several TXT "second"
umlaut TXT "gr\\195\\188n"
bytes TXT "\\255"
host A 192.0.2.1
alias CNAME host
away CNAME elsewhere.example.net.
below.host A 192.0.2.2
*.wild TXT "for all"
xn--mnchen-3ya TXT "IDN"
lame NS ns1
sub.deep NS nowhere.example.net.
odd TYPE65400 \\# 2 beef
mixed.CASE A 192.0.2.3
{chr(10).join(f'big TXT "{number} {LONG}"' for number in range(20))}
""".splitlines()


def small(zone: str, serial: int = 1) -> list[str]:
    """The lines of a zone of four records."""
    soa = SOA.replace(" 1 ", f" {serial} ", 1)
    return [f"$ORIGIN {zone}.", "$TTL 300", soa, "@ NS ns1", "ns1 A 127.0.0.1", 'text TXT "one"']


@pytest.fixture(scope="session")
def knot() -> Iterator[RealKnot]:
    zones = {
        "example.org": EXAMPLE,
        "homeless.example": ["$ORIGIN homeless.example.", SOA, "@ 60 NS nowhere.example.net."],
        "large.example": list(many(5000)),
        **{f"{name}.example": small(f"{name}.example") for name in ("changing", "updated", "ixfr")},
    }
    with real_knot(zones, ("127.0.0.1", "127.0.0.2")) as server:
        yield server


@pytest.fixture
def server(knot: RealKnot) -> Server:
    """The server, without a key."""
    return Server("127.0.0.1", knot.port, connect_timeout=5, read_timeout=10)


@pytest.fixture
def reader(knot: RealKnot) -> Server:
    """The server, with the key that may read zones."""
    return Server("127.0.0.1", knot.port, Key(*TRANSFER), 5, 10)


@pytest.fixture
def writer(knot: RealKnot) -> Server:
    """The server, with the key that may change zones."""
    return Server("127.0.0.1", knot.port, Key(*UPDATE), 5, 10)


@pytest.fixture
def proxy(knot: RealKnot) -> Iterator[FaultProxy]:
    """Between us and the server, by TCP."""
    with FaultProxy(knot.port) as proxy:
        yield proxy
