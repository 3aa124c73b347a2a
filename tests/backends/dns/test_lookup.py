"""What a name server answers to one question, and which kind of answer that is."""

from __future__ import annotations

import dataclasses

import dns.message
import dns.rcode
import pytest

from backends.dns.lookup import ask
from backends.dns.server import Key, Server
from backends.error import BackendError
from tests.backends.dns.scripted import by_udp
from tests.support.fault_proxy import FaultProxy
from tests.support.process import free_port
from tests.support.real_knot import UPDATE


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("one.example.org", {"token-1"}),
        ("ONE.Example.ORG.", {"token-1"}),
        ("parts.example.org", {"token-in-parts"}),
        ("several.example.org", {"first", "second"}),
        ("umlaut.example.org", {"grün"}),
        ("bytes.example.org", {"\\xff"}),
        ("anything.wild.example.org", {"for all"}),
        ("münchen.example.org", {"IDN"}),
    ],
)
def test_texts_are_read_whole(server: Server, name: str, values: set[str]) -> None:
    answer = ask(name, "TXT", server)
    assert (answer.state, set(answer.values), answer.ttl) == ("found", values, 300)


def test_an_answer_too_long_for_udp_is_read_by_tcp(server: Server) -> None:
    assert len(ask("big.example.org", "TXT", server).values) == 20


@pytest.mark.parametrize(
    ("name", "kind", "state"),
    [
        ("nothing.example.org", "TXT", "no_name"),
        ("host.example.org", "TXT", "no_data"),
        ("deep.example.org", "TXT", "no_data"),
        ("one.example.com", "TXT", "refused"),
        ("x.sub.deep.example.org", "TXT", "not_authoritative"),
    ],
)
def test_each_kind_of_no_is_its_own(server: Server, name: str, kind: str, state: str) -> None:
    answer = ask(name, kind, server)
    assert (answer.state, answer.values) == (state, ())
    assert str(server) in answer.text


def test_an_alias_does_not_lend_its_target_s_records(server: Server) -> None:
    inside, outside = ask("alias.example.org", "A", server), ask("away.example.org", "TXT", server)
    assert (inside.state, inside.alias, inside.values) == ("alias", "host.example.org.", ())
    assert (outside.state, outside.alias) == ("alias", "elsewhere.example.net.")


def test_an_alias_that_is_asked_for_is_found(server: Server) -> None:
    assert ask("alias.example.org", "CNAME", server).values == ("host.example.org.",)


def test_an_unknown_type_can_be_asked_for(server: Server) -> None:
    assert ask("odd.example.org", "TYPE65400", server).values == ("\\# 2 beef",)


def test_a_signed_question_is_answered(writer: Server) -> None:
    assert ask("one.example.org", "TXT", writer).values == ("token-1",)


def test_a_wrong_key_is_a_refusal_that_names_the_key_and_not_its_secret(server: Server) -> None:
    wrong = dataclasses.replace(server, key=Key(UPDATE[0], "d3Jvbmcgc2VjcmV0"))
    answer = ask("one.example.org", "TXT", wrong)
    assert answer.state == "refused"
    assert UPDATE[0] in answer.text
    assert "d3Jvbmcgc2VjcmV0" not in answer.text + repr(wrong)


def test_a_server_that_is_not_there_is_unreachable() -> None:
    nobody = Server("127.0.0.1", free_port(), connect_timeout=0.2)
    assert ask("one.example.org", "TXT", nobody).state == "unreachable"


def test_a_host_without_an_address_is_unreachable() -> None:
    answer = ask("one.example.org", "TXT", Server("nobody.invalid", 53))
    assert (answer.state, "nobody.invalid:53" in answer.text) == ("unreachable", True)


@pytest.mark.parametrize("rubbish", [b"\xff" * 40, b"rubbish", b"\0" * 12, b""])
def test_rubbish_by_udp_is_not_taken_for_an_answer(rubbish: bytes) -> None:
    """Anybody may send it, with a wrong id: what counts is the answer that comes after it."""
    with by_udp(lambda question: [rubbish, _code(question, dns.rcode.NXDOMAIN)]) as port:
        answer = ask("one.example.org", "TXT", Server("127.0.0.1", port), recurse=True)
    assert answer.state == "no_name"


def test_nothing_but_rubbish_is_no_answer() -> None:
    with by_udp(lambda question: [b"\xff" * 40]) as port:
        answer = ask("one.example.org", "TXT", Server("127.0.0.1", port, connect_timeout=0.2))
    assert answer.state == "unreachable"


def test_servfail_is_not_no_such_name() -> None:
    with by_udp(lambda question: [_code(question, dns.rcode.SERVFAIL)]) as port:
        answer = ask("one.example.org", "TXT", Server("127.0.0.1", port))
    assert (answer.state, "SERVFAIL" in answer.text) == ("failed", True)


@pytest.mark.parametrize(
    ("fault", "options", "state"),
    [
        ("refuse", (), "unreachable"),
        ("hang", (), "unreachable"),
        ("cut", (5,), "unreachable"),
        ("drop_answer", (), "unreachable"),
        ("garbage", (b"\x00\x20" + b"\xff" * 32,), "invalid"),
    ],
)
def test_a_fault_by_tcp_is_a_state(
    proxy: FaultProxy, fault: str, options: tuple[object, ...], state: str
) -> None:
    getattr(proxy, fault)(*options)
    server = Server("127.0.0.1", proxy.port, Key(*UPDATE), read_timeout=0.2)
    answer = ask("one.example.org", "TXT", server)
    assert (answer.state, str(server) in answer.text) == (state, True)


@pytest.mark.parametrize("name", ["", "a..b", "a b.example.org", "x" * 64 + ".org", "é" * 70 + ".org"])
def test_what_is_no_name_is_refused(server: Server, name: str) -> None:
    with pytest.raises(BackendError) as refused:
        ask(name, "TXT", server)
    assert refused.value.kind == "invalid"


def test_what_is_no_type_is_refused(server: Server) -> None:
    with pytest.raises(BackendError, match="no type"):
        ask("example.org", "TEXT", server)


def _code(question: bytes, code: dns.rcode.Rcode) -> bytes:
    answer = dns.message.make_response(dns.message.from_wire(question))
    answer.set_rcode(code)
    return answer.to_wire()
