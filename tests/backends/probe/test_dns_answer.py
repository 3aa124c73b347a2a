"""Is a name server's answer judged by what it holds?"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from backends.probe import dns_answer
from backends.probe.finding import Finding
from backends.probe.sweep import ask
from tests.support.process import free_port
from tests.support.real_knot import RealKnot, real_knot

ZONE = """$ORIGIN example.net.
$TTL 60
@ SOA ns1 hostmaster 1 3600 600 86400 300
@ NS ns1
ns1 A 127.0.0.1
www A 192.0.2.1
www A 192.0.2.2
mail MX 10 Mx.Example.Net.
text TXT "v=spf1 " "-all"
"""


@pytest.fixture(scope="module")
def knot() -> Iterator[RealKnot]:
    long = [f'many TXT "{number:04} {"x" * 100}"' for number in range(60)]
    with real_knot({"example.net": [*ZONE.splitlines(), *long]}) as server:
        yield server


def look(knot: RealKnot, name: str, kind: str = "A", **words: Any) -> Finding:
    return ask(partial(dns_answer.ask, "127.0.0.1", name, kind, **{"port": knot.port, **words}))


def test_all_wanted_values_are_there(knot: RealKnot) -> None:
    found = look(knot, "www.example.net", wanted=("192.0.2.2", "192.0.2.1"))
    assert (found.ok, found.value) == (True, 2)


def test_names_are_compared_without_case_and_texts_as_one(knot: RealKnot) -> None:
    assert look(knot, "mail.example.net", "MX", wanted=("10 mx.example.net",)).ok
    assert look(knot, "text.example.net", "TXT", wanted=("v=spf1 -all",)).ok


def test_a_value_that_is_missing_is_told_with_those_there_are(knot: RealKnot) -> None:
    found = look(knot, "www.example.net", wanted=("192.0.2.9",))
    assert not found.ok
    assert "lacks 192.0.2.9; it has 192.0.2.1, 192.0.2.2" in found.text


def test_no_such_name_no_such_record_and_refused_are_told_apart(knot: RealKnot) -> None:
    assert "NXDOMAIN" in look(knot, "none.example.net").text
    assert "no such record" in look(knot, "www.example.net", "AAAA").text
    assert "REFUSED" in look(knot, "www.example.com").text


def test_an_answer_too_long_for_a_datagram_is_asked_for_again_by_tcp(knot: RealKnot) -> None:
    assert look(knot, "many.example.net", "TXT").value == 60


def test_a_server_that_is_off_is_unreachable() -> None:
    found = ask(partial(dns_answer.ask, "127.0.0.1", "a.example", port=free_port(), read_timeout=0.6))
    assert (found.ok, found.kind) == (False, "unreachable")


def test_silence_and_rubbish_are_no_answers(rubbish: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        port = silent.getsockname()[1]
        found = ask(partial(dns_answer.ask, "127.0.0.1", "a.example", port=port, read_timeout=0.6))
    assert (found.ok, found.kind) == (False, "unreachable")
    found = ask(partial(dns_answer.ask, "127.0.0.1", "a.example", port=rubbish, read_timeout=0.6))
    assert not found.ok
    assert found.kind in ("unreachable", "invalid")
    assert f"127.0.0.1:{rubbish}" in found.text


@pytest.mark.parametrize(
    ("name", "kind"), [("a..b", "A"), ("x" * 70 + ".net", "A"), ("a.example", "NONSENSE")]
)
def test_what_cannot_be_asked_is_told(knot: RealKnot, name: str, kind: str) -> None:
    assert look(knot, name, kind).kind == "invalid"
