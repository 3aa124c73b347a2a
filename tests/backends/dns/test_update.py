"""Changes of a zone: made once, whole or not at all, and looked up where the answer was lost."""

from __future__ import annotations

import dataclasses

import pytest

from backends.dns.lookup import ask
from backends.dns.record import record
from backends.dns.server import Key, Server
from backends.dns.update import Add, Needs, Remove, took_effect, update
from backends.error import BackendError
from tests.support.fault_proxy import FaultProxy
from tests.support.real_knot import TRANSFER, UPDATE, RealKnot

ZONE = "updated.example"


def test_records_are_added_and_removed(writer: Server) -> None:
    one, two = (record(f"add.{ZONE}", 60, "A", f"192.0.2.{last}") for last in (1, 2))
    assert update(ZONE, [Add(one), Add(two)], writer) == "answered"
    assert set(ask(one.name, "A", writer).values) == {"192.0.2.1", "192.0.2.2"}
    update(ZONE, [Remove(one.name, "A", "192.0.2.1")], writer)
    assert ask(one.name, "A", writer).values == ("192.0.2.2",)
    update(ZONE, [Remove(one.name)], writer)
    assert ask(one.name, "A", writer).state == "no_name"


def test_a_name_in_another_script_and_an_unknown_type_are_taken(writer: Server) -> None:
    odd = record(f"Bücher.{ZONE}", 60, "type65400", "\\# 2 beef")
    update(ZONE, [Add(odd)], writer)
    assert ask(f"bücher.{ZONE}", "TYPE65400", writer).values == ("\\# 2 beef",)


@pytest.mark.parametrize(
    ("need", "said"),
    [
        (Needs(f"text.{ZONE}", there=False), "YXDOMAIN"),
        (Needs(f"text.{ZONE}", "TXT", there=False), "YXRRSET"),
        (Needs(f"nothing.{ZONE}"), "NXDOMAIN"),
        (Needs(f"text.{ZONE}", "A"), "NXRRSET"),
        (Needs(f"text.{ZONE}", "TXT", data=('"another"',)), "NXRRSET"),
    ],
)
def test_what_must_hold_before_is_kept(writer: Server, need: Needs, said: str) -> None:
    new = record(f"guarded.{ZONE}", 60, "A", "192.0.2.9")
    with pytest.raises(BackendError, match=said) as refused:
        update(ZONE, [Add(new)], writer, needs=[need])
    assert refused.value.kind == "conflict"
    assert ask(new.name, "A", writer).state == "no_name"


def test_what_holds_lets_a_change_through(writer: Server) -> None:
    new = record(f"allowed.{ZONE}", 60, "A", "192.0.2.9")
    needs = [
        Needs(f"text.{ZONE}"),
        Needs(f"text.{ZONE}", "TXT", data=('"one"',)),
        Needs(new.name, there=False),
        Needs(f"text.{ZONE}", "A", there=False),
    ]
    assert update(ZONE, [Add(new)], writer, needs=needs) == "answered"


@pytest.mark.parametrize(
    ("zone", "key", "kind"),
    [
        (ZONE, None, "denied"),
        ("nowhere.example", Key(*UPDATE), "denied"),
        (ZONE, Key(*TRANSFER), "auth"),
        (ZONE, Key(TRANSFER[0], "d3Jvbmcgc2VjcmV0"), "auth"),
    ],
)
def test_who_may_not_change_a_zone_is_told(server: Server, zone: str, key: Key | None, kind: str) -> None:
    with pytest.raises(BackendError) as refused:
        update(zone, [Remove(f"text.{ZONE}")], dataclasses.replace(server, key=key))
    assert refused.value.kind == kind
    assert ask(f"text.{ZONE}", "TXT", server).state == "found"


@pytest.mark.parametrize("data", ["192.0.2.300", "", "192.0.2.1 192.0.2.2"])
def test_what_is_no_record_is_refused_before_anything_is_sent(data: str) -> None:
    with pytest.raises(BackendError) as refused:
        record(f"x.{ZONE}", 60, "A", data)
    assert refused.value.kind == "invalid"


@pytest.mark.parametrize("fault", ["drop_answer", "garbage"])
def test_a_lost_answer_is_looked_up(proxy: FaultProxy, knot: RealKnot, writer: Server, fault: str) -> None:
    """The server acted; the look-up goes past the fault, for it is another connection."""
    new = record(f"lost-{fault.replace('_', '-')}.{ZONE}", 60, "A", "192.0.2.7")
    spoiled = [b"\x00\x10" + b"\xff" * 16] if fault == "garbage" else []
    getattr(proxy, fault)(*spoiled, once=True)
    through = dataclasses.replace(writer, port=proxy.port)
    assert update(ZONE, [Add(new), Remove(f"never.{ZONE}")], through) == "looked_up"
    assert ask(new.name, "A", writer).values == ("192.0.2.7",)


def test_a_lost_answer_that_cannot_be_looked_up_is_unknown(proxy: FaultProxy, writer: Server) -> None:
    new = record(f"unknown.{ZONE}", 60, "A", "192.0.2.7")
    proxy.drop_answer()
    with pytest.raises(BackendError) as unknown:
        update(ZONE, [Add(new)], dataclasses.replace(writer, port=proxy.port))
    assert unknown.value.kind == "unknown_outcome"
    assert took_effect([Add(new)], writer)


def test_a_request_that_never_arrived_is_not_called_done(proxy: FaultProxy, writer: Server) -> None:
    new = record(f"hung.{ZONE}", 60, "A", "192.0.2.7")
    proxy.hang(once=True)
    with pytest.raises(BackendError) as unknown:
        update(ZONE, [Add(new)], dataclasses.replace(writer, port=proxy.port, read_timeout=0.3))
    assert unknown.value.kind == "unknown_outcome"
    assert not took_effect([Add(new)], writer)


def test_a_server_that_refuses_connections_got_nothing(proxy: FaultProxy, writer: Server) -> None:
    proxy.refuse()
    with pytest.raises(BackendError) as down:
        update(ZONE, [Remove(f"text.{ZONE}")], dataclasses.replace(writer, port=proxy.port))
    assert down.value.kind == "unreachable"


def test_a_look_up_tells_what_is_not_done(writer: Server) -> None:
    name = f"text.{ZONE}"
    there = record(name, 60, "TXT", '"one"')
    assert took_effect([Add(there), Remove(f"nothing.{ZONE}"), Remove(name, "TXT", '"two"')], writer)
    assert took_effect([Remove(name, "TXT"), Add(there)], writer)
    assert not took_effect([Remove(name)], writer)
    assert not took_effect([Remove(name, "TXT", '"one"')], writer)
    assert not took_effect([Add(record(name, 60, "TXT", '"two"'))], writer)
