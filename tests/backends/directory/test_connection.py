"""Does the test of a directory object say what works and what does not?"""

from __future__ import annotations

from typing import Any

import pytest

from backends.directory.connection import try_out
from backends.directory.server import Server
from tests.support.process import free_port
from tests.support.real_samba import ADMIN, BASE, PASSWORD


def lines(server: Server, **other: Any) -> list[tuple[bool, str]]:
    given = {"host": server.host, "port": server.port, "username": ADMIN, "password": "env:DC"}
    found = {**given, "ca_file": server.ca_file, "base": "", **other}
    return try_out(found, lambda name: PASSWORD if name == "env:DC" else "wrong", 5)


def test_a_good_one_says_who_it_is(server: Server) -> None:
    told = lines(server, base=f"CN=Users,{BASE}")
    assert [ok for ok, _ in told] == [True, True, True]
    assert f"a domain controller of {BASE}" in told[1][1]


@pytest.mark.parametrize(
    ("other", "good", "said"),
    [
        ({"password": "env:OTHER"}, 0, "the user name or the password is wrong"),
        ({"password": ""}, 0, "there is no password"),
        ({"ca_file": ""}, 0, "its certificate does not hold"),
        ({"base": f"OU=nowhere,{BASE}"}, 2, "there is no object OU=nowhere"),
        ({"port": free_port()}, 0, "nobody listens there"),
    ],
)
def test_what_is_wrong_is_said_last(server: Server, other: dict[str, Any], good: int, said: str) -> None:
    told = lines(server, **other)
    assert [ok for ok, _ in told] == [True] * good + [False]
    assert said in told[-1][1]
