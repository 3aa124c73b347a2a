"""Does trying a zone or a domain say what works and what does not?"""

from __future__ import annotations

from typing import Any

import pytest

from backends.dns import connection
from backends.dns.server import Server
from tests.support.process import free_port
from tests.support.real_knot import TRANSFER, RealKnot


def tried(knot: RealKnot, **values: Any) -> list[tuple[bool, str]]:
    zone = {
        "name": "example.org",
        "host": "127.0.0.1",
        "port": knot.port,
        "key_name": TRANSFER[0],
        "key_secret": "env:KEY",
        "key_algorithm": "hmac-sha256",
    }
    return connection.try_out({**zone, **values}, lambda _: TRANSFER[1], timeout=2)


def test_a_zone_that_we_may_have(knot: RealKnot) -> None:
    assert tried(knot) == [
        (True, f"127.0.0.1:{knot.port} has example.org at serial 1"),
        (True, "it gives us the zone, signed with transfer.tests."),
    ]


def test_a_zone_that_we_may_not_have(knot: RealKnot) -> None:
    (_, answers), (given, said) = tried(knot, key_name="", key_secret="")
    assert "has example.org" in answers
    assert not given
    assert "NOTAUTH" in said


@pytest.mark.parametrize("values", [{"name": "nowhere.example"}, {"port": free_port()}])
def test_a_server_without_the_zone_or_no_server(knot: RealKnot, values: dict[str, Any]) -> None:
    ((works, said),) = tried(knot, **values)
    assert not works
    assert "127.0.0.1" in said


def test_the_servers_of_a_domain_are_asked_one_by_one(
    knot: RealKnot, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "resolvers", lambda **_: [server])
    monkeypatch.setattr(connection, "PORT", knot.port)
    lines = connection.try_domain({"name": "example.org"}, str, timeout=0.5)
    assert [works for works, _ in lines] == [True, True, False]
    assert lines[0][1].startswith("ns1.example.org.: 127.0.0.1")
    ((works, said),) = connection.try_domain({"name": "nowhere.test"}, str, timeout=0.5)
    assert not works
    assert "nowhere.test" in said
