"""Every authoritative server of a zone is asked itself."""

from __future__ import annotations

import dataclasses

import dns.message
import dns.rcode
import pytest

from backends.dns.authoritative import ask_each, find_zone
from backends.dns.names import ancestors, to_ascii, to_unicode
from backends.dns.server import Server
from backends.error import BackendError
from tests.backends.dns.scripted import by_udp
from tests.support.process import free_port
from tests.support.real_knot import RealKnot

NAMES = [
    ("München.de", "xn--mnchen-3ya.de.", "münchen.de"),
    ("faß.example.", "xn--fa-hia.example.", "faß.example"),
    ("_tickworks.Bücher.example", "_tickworks.xn--bcher-kva.example.", "_tickworks.bücher.example"),
    ("*.Example.ORG", "*.example.org.", "*.example.org"),
    ("موقع.example", "xn--4gbrim.example.", "موقع.example"),
    ("xn--a-.example", "xn--a-.example.", "xn--a-.example"),
]


@pytest.mark.parametrize("name", ["example.org", "one.example.org", "no.such.name.example.org"])
def test_the_zone_of_a_name_is_found_with_its_servers(server: Server, name: str) -> None:
    zone = find_zone(name, [server])
    assert (zone.name, zone.servers) == (
        "example.org.",
        (
            ("ns1.example.org.", "127.0.0.1"),
            ("ns2.example.org.", "127.0.0.2"),
            ("silent.example.org.", "127.0.0.3"),
        ),
    )


def test_each_server_answers_for_itself(server: Server, knot: RealKnot) -> None:
    quick = dataclasses.replace(server, connect_timeout=0.2)
    answers = ask_each("one.example.org", "TXT", [quick], port=knot.port)
    assert [(answer.state, answer.values) for answer in answers] == [
        ("found", ("token-1",)),
        ("found", ("token-1",)),
        ("unreachable", ()),
    ]
    assert answers[1].server == f"ns2.example.org. (127.0.0.2:{knot.port})"


def test_a_name_server_without_an_address_is_said(server: Server) -> None:
    (answer,) = ask_each("homeless.example", "TXT", [server])
    assert (answer.state, answer.server) == ("unreachable", "nowhere.example.net.")


def test_a_name_in_no_zone_is_missing() -> None:
    def nothing(question: bytes) -> list[bytes]:
        answer = dns.message.make_response(dns.message.from_wire(question))
        answer.set_rcode(dns.rcode.NXDOMAIN)
        return [answer.to_wire()]

    with by_udp(nothing) as port, pytest.raises(BackendError) as error:
        find_zone("nothing.example", [Server("127.0.0.1", port)])
    assert (error.value.kind, "nothing.example" in str(error.value)) == ("missing", True)


def test_a_resolver_that_is_down_is_not_the_end(server: Server) -> None:
    down = Server("127.0.0.1", free_port(), connect_timeout=0.1)
    assert find_zone("example.org", [down, server]).name == "example.org."


def test_without_any_resolver_nothing_is_called_missing() -> None:
    down = Server("127.0.0.1", free_port(), connect_timeout=0.1)
    with pytest.raises(BackendError) as error:
        find_zone("example.org", [down])
    assert (error.value.kind, str(down) in str(error.value)) == ("unreachable", True)


@pytest.mark.parametrize(("written", "ascii_", "shown"), NAMES)
def test_names_in_every_script_are_known_both_ways(written: str, ascii_: str, shown: str) -> None:
    assert (to_ascii(written), to_unicode(ascii_)) == (ascii_, shown)


def test_the_names_above_a_name() -> None:
    assert ancestors("a.b.Example") == ["a.b.example.", "b.example.", "example."]
