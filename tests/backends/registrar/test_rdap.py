"""RDAP answers are read as RFC 9083 has them; no server of a registry is asked by the tests."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from backends.error import BackendError
from backends.registrar.rdap import Rdap
from backends.registrar.registrar import Contact, Registrar
from tests.support.fault_proxy import FaultProxy
from tests.support.http_receiver import Receiver, receiver

#: After the example of RFC 9083 §5.3, its vCard after §5.1.
ANSWER: dict[str, Any] = {
    "rdapConformance": ["rdap_level_0"],
    "objectClassName": "domain",
    "handle": "XXXX",
    "ldhName": "xn--fo-5ja.Example",
    "unicodeName": "fóo.example",
    "status": ["active", "client transfer prohibited", "locked"],
    "nameservers": [
        {"objectClassName": "nameserver", "ldhName": "NS1.example.com"},
        {"objectClassName": "nameserver", "ldhName": "ns2.example.com."},
    ],
    "events": [
        {"eventAction": "registration", "eventDate": "1990-12-31T23:59:59Z"},
        {"eventAction": "last changed", "eventDate": "1991-12-31T23:59:59+02:00"},
        {"eventAction": "expiration", "eventDate": "2027-12-31T23:59:59Z"},
    ],
    "entities": [
        {
            "objectClassName": "entity",
            "handle": "XXXX",
            "vcardArray": [
                "vcard",
                [
                    ["version", {}, "text", "4.0"],
                    ["fn", {}, "text", "Joe User"],
                    ["org", {"type": "work"}, "text", "Example"],
                    [
                        "adr",
                        {"type": "work"},
                        "text",
                        ["", "Suite 1234", "4321 Rue Somewhere", "Quebec", "QC", "G1V 2M2", "Canada"],
                    ],
                    ["tel", {"type": ["work", "voice"]}, "uri", "tel:+1-555-555-1234"],
                    ["email", {"type": "work"}, "text", "joe.user@example.com"],
                ],
            ],
            "roles": ["registrant"],
        },
        {
            "objectClassName": "entity",
            "roles": ["registrar"],
            "vcardArray": ["vcard", [["fn", {}, "text", "Example Registrar"]]],
            "entities": [{"objectClassName": "entity", "handle": "T-1", "roles": ["technical"]}],
        },
    ],
}


@pytest.fixture
def here() -> Iterator[Receiver]:
    with receiver() as here:
        answers(here, ANSWER)
        yield here


def answers(here: Receiver, found: object, status: int = 200) -> None:
    body = json.dumps(found).encode()
    here.answers = lambda _: (status, {"content-type": "application/rdap+json"}, body)


def test_a_domain_is_told_whole(here: Receiver) -> None:
    found = Rdap(here.url).info("fóo.example")
    assert here.got[0].path == "/hook/domain/xn--fo-5ja.example"
    assert (found.name, found.registrar, found.locked) == ("xn--fo-5ja.example", "Example Registrar", True)
    assert found.statuses == ("ok", "clientTransferProhibited", "locked")
    assert found.name_servers == ("ns1.example.com", "ns2.example.com")
    assert found.expires_at == datetime(2027, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert found.changed_at == datetime(1991, 12, 31, 21, 59, 59, tzinfo=UTC)


def test_the_people_behind_it(here: Receiver) -> None:
    found = Rdap(here.url).contacts("fóo.example")
    assert found["registrant"] == Contact(
        handle="XXXX",
        name="Joe User",
        organisation="Example",
        email="joe.user@example.com",
        phone="+1-555-555-1234",
        street="4321 Rue Somewhere",
        city="Quebec",
        region="QC",
        postal_code="G1V 2M2",
        country="Canada",
    )
    assert found["tech"] == Contact(handle="T-1")


@pytest.mark.parametrize(
    "kept_back",
    [
        {"redacted": [{"name": {"description": "Registrant Name"}, "method": "removal"}]},
        {
            "entities": [
                {"roles": ["registrant"], "remarks": [{"title": "REDACTED FOR PRIVACY", "description": []}]}
            ]
        },
    ],
)
def test_a_person_kept_back_is_marked(here: Receiver, kept_back: dict[str, Any]) -> None:
    answers(here, {**ANSWER, **kept_back})
    assert Rdap(here.url).contacts("fóo.example")["registrant"].redacted


@pytest.mark.parametrize(
    ("status", "kind"), [(404, "missing"), (429, "throttled"), (403, "denied"), (500, "unreachable")]
)
def test_each_status_has_its_kind(here: Receiver, status: int, kind: str) -> None:
    answers(here, {"errorCode": status, "title": "no"}, status)
    with pytest.raises(BackendError) as refused:
        Rdap(here.url).info("example.org")
    assert refused.value.kind == kind


@pytest.mark.parametrize(
    "found",
    [
        [],
        {},
        {"objectClassName": "entity"},
        {"objectClassName": "domain", "ldhName": "another.example"},
    ],
)
def test_what_is_no_answer_is_refused(here: Receiver, found: object) -> None:
    answers(here, found)
    with pytest.raises(BackendError) as refused:
        Rdap(here.url).info("example.org")
    assert refused.value.kind == "invalid"


def test_values_of_another_type_are_left_out(here: Receiver) -> None:
    odd = {
        "objectClassName": "domain",
        "status": "active",
        "events": [7, {"eventAction": "expiration", "eventDate": "soon"}],
        "nameservers": [{"ldhName": 7}],
        "entities": [
            {"roles": ["registrant"], "vcardArray": ["vcard", [["fn"], 7, ["adr", {}, "text", "x"]]]}
        ],
    }
    answers(here, odd)
    assert Rdap(here.url).info("example.org").expires_at is None
    assert Rdap(here.url).contacts("example.org") == {"registrant": Contact()}


@pytest.mark.parametrize("fault", ["refuse", "cut", "drop_answer", "garbage"])
def test_a_fault_is_unreachable(here: Receiver, fault: str) -> None:
    with FaultProxy(here.port) as proxy:
        getattr(proxy, fault)()
        with pytest.raises(BackendError) as error:
            Rdap(f"http://127.0.0.1:{proxy.port}").info("example.org")
    assert error.value.kind == "unreachable"


def test_it_is_a_registrar_that_only_tells(here: Receiver) -> None:
    registrar: Registrar = Rdap(here.url)
    for act in (
        lambda: registrar.list(),
        lambda: registrar.renew("example.org", 1, expires_at=datetime.now(UTC)),
        lambda: registrar.set_name_servers("example.org", []),
    ):
        with pytest.raises(BackendError, match="no way to"):
            act()
    assert here.got == []
