"""A request never goes to our own network, however its address is written."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

import pytest

from backends.error import BackendError
from backends.http.place import ANYWHERE, addresses, is_public

OURS = [
    "127.0.0.1",
    "127.1",
    "127.0.0.01",
    "0177.0.0.1",
    "0x7f.0.0.1",
    "0x7f000001",
    "2130706433",
    "017700000001",
    "localhost",
    "0",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "[::1]",
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "::ffff:10.0.0.1",
    "fe80::1",
    "fd00::1",
    "ff02::1",
    "2002:7f00:1::",
    "2001:0:102:304::80ff:fffe",
    "64:ff9b::7f00:1",
]


@pytest.mark.parametrize("host", OURS)
def test_our_own_network_is_refused_in_every_spelling(host: str) -> None:
    with pytest.raises(BackendError) as refused:
        addresses(host, 80)
    assert refused.value.kind == "denied"


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_the_world_is_allowed(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


def test_what_is_allowed_is_given_and_nothing_else() -> None:
    assert addresses("127.1", 80, ["127.0.0.0/8"]) == ["127.0.0.1"]
    assert addresses("127.0.0.1", 80, ANYWHERE) == ["127.0.0.1"]
    with pytest.raises(BackendError):
        addresses("10.0.0.1", 80, ["127.0.0.0/8"])


def test_one_address_of_ours_among_public_ones_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    def both(*_: Any, **__: Any) -> list[Any]:
        return [(2, 1, 6, "", ("8.8.8.8", 80)), (2, 1, 6, "", ("127.0.0.1", 80))]

    monkeypatch.setattr(socket, "getaddrinfo", both)
    with pytest.raises(BackendError, match=r"127\.0\.0\.1"):
        addresses("both.example", 80)


@pytest.mark.parametrize("host", ["nobody.invalid", "a" * 70 + ".example", "é" * 70])
def test_a_name_that_cannot_be_resolved_is_unreachable(host: str) -> None:
    with pytest.raises(BackendError) as unknown:
        addresses(host, 80)
    assert unknown.value.kind == "unreachable"


def test_a_network_that_is_none_is_refused() -> None:
    with pytest.raises(BackendError, match="allowed networks"):
        addresses("127.0.0.1", 80, ["everything"])
