"""Whole zones and what changed in them, from a real name server, and through a network that fails."""

from __future__ import annotations

import dataclasses
import json

import dns.flags
import dns.message
import dns.name
import dns.rrset
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.dns.axfr import axfr
from backends.dns.ixfr import ixfr
from backends.dns.record import Record
from backends.dns.serial import add, compare
from backends.dns.server import Key, Server
from backends.dns.spool import IN_MEMORY, Spool
from backends.dns.update import Add, Remove, update
from backends.error import BackendError
from tests.backends.dns.conftest import small
from tests.backends.dns.scripted import by_tcp
from tests.support.fault_proxy import FaultProxy
from tests.support.real_knot import TRANSFER, RealKnot

SERIALS = st.integers(0, 2**32 - 1)


def test_a_whole_zone_comes_as_plain_records(reader: Server) -> None:
    with axfr("Example.ORG", reader) as zone:
        records = list(zone)
        assert (zone.serial, len(zone)) == (1, len(records))
    assert [each.kind for each in records].count("SOA") == 1
    assert records[0].kind == "SOA"
    for expected in (
        Record("one.example.org.", 300, "TXT", '"token-1"'),
        Record("alias.example.org.", 300, "CNAME", "host.example.org."),
        Record("odd.example.org.", 300, "TYPE65400", "\\# 2 beef"),
        Record("mixed.case.example.org.", 300, "A", "192.0.2.3"),
    ):
        assert expected in records


def test_a_zone_of_many_messages_is_whole_and_can_be_read_twice(reader: Server) -> None:
    with axfr("large.example", reader) as zone:
        first = set(zone)
        assert (len(zone), len(first), set(zone)) == (5001, 5001, first)


@pytest.mark.parametrize(
    ("zone", "key", "kind"),
    [
        ("example.org", None, "denied"),
        ("nowhere.example", Key(*TRANSFER), "denied"),
        ("example.org", Key(TRANSFER[0], "d3Jvbmcgc2VjcmV0"), "auth"),
        ("example.org", Key("nobody.tests", TRANSFER[1]), "auth"),
        ("example.org", Key(TRANSFER[0], "no base64!"), "auth"),
        ("example.org", Key(TRANSFER[0], TRANSFER[1], "hmac-nothing"), "auth"),
        ("not a name", Key(*TRANSFER), "invalid"),
    ],
)
def test_a_refusal_says_why_and_no_secret(server: Server, zone: str, key: Key | None, kind: str) -> None:
    with pytest.raises(BackendError) as refused:
        axfr(zone, dataclasses.replace(server, key=key))
    assert refused.value.kind == kind
    assert key is None or key.secret not in str(refused.value)


@pytest.mark.parametrize(
    ("fault", "options", "kind"),
    [
        ("refuse", (), "unreachable"),
        ("hang", (), "unreachable"),
        ("cut", (40_000,), "unreachable"),
        ("drop_answer", (), "unreachable"),
        ("drip", (0.01,), "unreachable"),
        ("garbage", (b"\x00\x30" + b"\xff" * 0x30,), "invalid"),
    ],
)
def test_a_transfer_that_breaks_gives_nothing(
    proxy: FaultProxy, reader: Server, fault: str, options: tuple[object, ...], kind: str
) -> None:
    getattr(proxy, fault)(*options)
    through = dataclasses.replace(reader, port=proxy.port, read_timeout=0.3)
    with pytest.raises(BackendError) as broken:
        axfr("large.example", through)
    assert (broken.value.kind, str(through) in str(broken.value)) == (kind, True)


def test_a_changed_byte_is_found_by_the_signature(proxy: FaultProxy, reader: Server) -> None:
    through = dataclasses.replace(reader, port=proxy.port)
    with axfr("example.org", through) as zone:
        passed, records = proxy.passed, len(zone)
    assert records
    # A byte within the text of a record: the message still parses.
    proxy.flip(passed // 2)
    with pytest.raises(BackendError) as broken:
        axfr("example.org", through)
    assert broken.value.kind in ("auth", "invalid")


SOA_1, SOA_2, SOA_3 = (f"@ 60 IN SOA ns1. host. {serial} 1 1 1 1" for serial in (1, 2, 3))
A, B = "a 60 IN A 192.0.2.1", "b 60 IN A 192.0.2.2"


@pytest.mark.parametrize(
    "messages",
    [
        [[A, SOA_1]],
        [[SOA_1, A, SOA_2]],
        [[SOA_1, A, SOA_1, B]],
        [[SOA_1], [A], [SOA_2]],
        [["elsewhere.org. 60 IN SOA ns1. host. 1 1 1 1 1", A]],
        [[]],
    ],
)
def test_a_zone_that_makes_no_sense_gives_nothing(messages: list[list[str]]) -> None:
    with by_tcp(lambda question: _said(question, messages)) as port, pytest.raises(BackendError) as error:
        axfr("example.org", Server("127.0.0.1", port, read_timeout=5))
    assert error.value.kind == "invalid"


def test_a_zone_may_come_a_record_at_a_time() -> None:
    parts = [[SOA_1], [A], [B], [SOA_1]]
    with by_tcp(lambda question: _said(question, parts)) as port:
        zone = axfr("example.org", Server("127.0.0.1", port))
    with zone:
        assert [each.kind for each in zone] == ["SOA", "A", "A"]


def test_an_unsigned_answer_to_a_signed_question_is_not_trusted() -> None:
    parts = [[SOA_1, A, SOA_1]]
    with by_tcp(lambda question: _said(question, parts)) as port, pytest.raises(BackendError) as error:
        axfr("example.org", Server("127.0.0.1", port, Key(*TRANSFER)))
    assert error.value.kind == "auth"


@pytest.mark.parametrize(
    "messages",
    [
        [[SOA_3, SOA_1, A, SOA_2, B, SOA_1, SOA_3]],
        [[SOA_3, SOA_1, A, SOA_2, B, SOA_3, A]],
        [[SOA_3, A, B, SOA_2]],
    ],
)
def test_changes_that_do_not_fit_give_nothing(messages: list[list[str]]) -> None:
    with by_tcp(lambda question: _said(question, messages)) as port, pytest.raises(BackendError) as error:
        ixfr("example.org", 1, Server("127.0.0.1", port, read_timeout=5))
    assert error.value.kind == "invalid"


def test_changes_may_come_a_record_at_a_time() -> None:
    parts = [[SOA_3], [SOA_1], [A], [SOA_2], [B], [SOA_2], [SOA_3], [A], [SOA_3]]
    with by_tcp(lambda question: _said(question, parts)) as port:
        changes = ixfr("example.org", 1, Server("127.0.0.1", port))
    with changes:
        assert [(sign, each.name) for sign, each in changes if each.kind == "A"] == [
            ("-", "a.example.org."),
            ("+", "b.example.org."),
            ("+", "a.example.org."),
        ]


def test_what_changed_since_a_serial_comes_alone(knot: RealKnot, reader: Server) -> None:
    assert _kind("changing.example", 1, reader) == ("same", 1)
    knot.write("changing.example", [*small("changing.example", 2), 'new TXT "two"'])
    knot.reload("changing.example")
    knot.write("changing.example", [*small("changing.example", 3)[:-1], 'new TXT "three"'])
    knot.reload("changing.example")
    with ixfr("changing.example", 1, reader) as changes:
        rows = [(sign, each.name, each.data) for sign, each in changes if each.kind == "TXT"]
        assert (changes.kind, changes.serial) == ("changes", 3)
    assert rows == [
        ("+", "new.changing.example.", '"two"'),
        ("-", "new.changing.example.", '"two"'),
        ("-", "text.changing.example.", '"one"'),
        ("+", "new.changing.example.", '"three"'),
    ]


def test_a_serial_that_went_back_is_said(reader: Server) -> None:
    assert _kind("example.org", 7, reader) == ("older", 1)


def test_without_a_history_the_whole_zone_comes(reader: Server) -> None:
    with ixfr("example.org", 0, reader) as increment, axfr("example.org", reader) as zone:
        assert increment.kind == "whole"
        assert [each for sign, each in increment if sign == "+"] == list(zone)


def test_changes_applied_to_the_old_zone_give_the_new_one(writer: Server) -> None:
    with axfr("ixfr.example", writer) as zone:
        old, serial = set(zone), zone.serial
    for number in range(5):
        record = Record(f"host{number}.ixfr.example.", 60, "A", f"192.0.2.{number}")
        update("ixfr.example", [Add(record), Remove(f"host{number - 1}.ixfr.example.", "A")], writer)
    with ixfr("ixfr.example", serial, writer) as changes:
        assert changes.kind == "changes"
        for sign, each in changes:
            old.remove(each) if sign == "-" else old.add(each)
    with axfr("ixfr.example", writer) as zone:
        assert old == set(zone)


@pytest.mark.parametrize("after", [0, 60, 150])
def test_an_increment_that_is_cut_gives_nothing(proxy: FaultProxy, reader: Server, after: int) -> None:
    proxy.cut(after)
    with pytest.raises(BackendError) as broken:
        ixfr("example.org", 0, dataclasses.replace(reader, port=proxy.port))
    assert broken.value.kind == "unreachable"


@given(SERIALS, st.integers(1, 2**31 - 1))
def test_a_serial_that_was_added_to_is_newer_even_round_the_end(serial: int, by: int) -> None:
    later = add(serial, by)
    assert (compare(serial, later), compare(later, serial)) == ("newer", "older")


@given(SERIALS)
def test_half_the_way_round_is_unclear(serial: int) -> None:
    assert compare(serial, (serial + 2**31) % 2**32) == "unclear"
    assert compare(serial, serial) == "same"


def test_what_waits_outside_memory_comes_back_as_it_was() -> None:
    row = ("+", "näme\n", 7, "x" * 1000)
    with Spool() as spool:
        for _ in range(IN_MEMORY // len(json.dumps(row)) // 50 * 2):
            spool.add([row] * 50)
        assert len(spool) * 1000 > IN_MEMORY
        assert set(spool) == {row}
        assert sum(1 for _ in spool) == len(spool)


def _said(question: bytes, messages: list[list[str]]) -> list[bytes]:
    """Messages with these records, in answer to the question."""
    asked = dns.message.from_wire(question, keyring=False)
    made = []
    for lines in messages:
        answer = dns.message.QueryMessage(id=asked.id)
        answer.flags = dns.flags.QR | dns.flags.AA
        answer.question = asked.question
        for line in lines:
            name, ttl, _, kind, data = line.split(None, 4)
            owner = dns.name.from_text(name, dns.name.from_text("example.org"))
            rrset = dns.rrset.from_text(owner, int(ttl), "IN", kind, data)
            answer.answer.append(rrset)
        made.append(answer.to_wire())
    return made


def _kind(zone: str, serial: int, server: Server) -> tuple[str, int]:
    with ixfr(zone, serial, server) as increment:
        return increment.kind, increment.serial
