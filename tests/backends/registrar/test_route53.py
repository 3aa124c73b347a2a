"""A foreign reseller's API, at a real server that checks our signatures, and through a broken network."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from backends.error import BackendError
from backends.registrar.registrar import Registrar
from backends.registrar.route53 import LIMITS, Route53Domains
from backends.registrar.sigv4 import Credentials
from tests.support.fault_proxy import FaultProxy
from tests.support.http_receiver import Receiver, receiver
from tests.support.real_moto import RealMoto, real_moto

NAMES = [f"example{number}.org" for number in range(19)]
QUICK = dataclasses.replace(LIMITS, read_timeout=0.5)
KEY = Credentials("AKIDEXAMPLE", "secret-of-the-tests")
BEFORE = datetime(2027, 4, 3, tzinfo=UTC)


@pytest.fixture(scope="module")
def moto() -> Iterator[RealMoto]:
    with real_moto() as server:
        for name in NAMES:
            server.register(name)
        yield server


@pytest.fixture
def registrar(moto: RealMoto) -> Registrar:
    return Route53Domains(moto.url, moto.credentials)


@pytest.fixture
def proxy(moto: RealMoto) -> Iterator[FaultProxy]:
    with FaultProxy(moto.port) as proxy:
        yield proxy


@pytest.fixture
def recorded() -> Iterator[Receiver]:
    """A server that says what a test tells it: for what moto does not do."""
    with receiver() as here:
        yield here


def through(proxy: FaultProxy, moto: RealMoto) -> Registrar:
    return Route53Domains(f"http://127.0.0.1:{proxy.port}", moto.credentials, limits=QUICK)


def test_all_names_are_listed(registrar: Registrar) -> None:
    assert sorted(registrar.list()) == sorted(NAMES)


def test_a_domain_is_told_whole(registrar: Registrar) -> None:
    found = registrar.info("Example0.ORG.")
    assert (found.name, found.registrar, found.auto_renew) == ("example0.org", "GANDI SAS", True)
    assert len(found.name_servers) == 4
    assert found.expires_at is not None
    assert found.created_at is not None
    assert found.expires_at - found.created_at > timedelta(days=700)


def test_the_people_behind_it(registrar: Registrar) -> None:
    found = registrar.contacts("example0.org")
    assert set(found) == {"registrant", "admin", "tech"}
    assert (found["admin"].name, found["admin"].country) == ("Ada Example", "DE")


def test_name_servers_are_exchanged(registrar: Registrar) -> None:
    assert registrar.set_name_servers("example1.org", ["ns1.example.net", "NS2.example.net"]) == "pending"
    assert registrar.info("example1.org").name_servers == ("ns1.example.net", "ns2.example.net")


def test_a_second_order_for_the_same_is_a_conflict(registrar: Registrar) -> None:
    registrar.set_name_servers("example2.org", ["ns1.example.net"])
    with pytest.raises(BackendError) as refused:
        registrar.set_name_servers("example2.org", ["ns2.example.net"])
    assert refused.value.kind == "conflict"


@pytest.mark.parametrize(
    ("key", "kind"),
    [(Credentials("AKIDEXAMPLE", "wrong-secret"), "auth"), (None, "auth")],
)
def test_a_wrong_key_is_refused_and_not_shown(moto: RealMoto, key: Credentials | None, kind: str) -> None:
    wrong = key or dataclasses.replace(moto.credentials, secret="wrong-secret")
    with pytest.raises(BackendError) as refused:
        Route53Domains(moto.url, wrong).info("example0.org")
    assert refused.value.kind == kind
    assert "wrong-secret" not in str(refused.value) + repr(wrong)


@pytest.mark.parametrize(
    ("name", "kind"), [("nobody.org", "missing"), ("two words", "invalid"), ("", "invalid")]
)
def test_a_name_that_is_not_ours(registrar: Registrar, name: str, kind: str) -> None:
    with pytest.raises(BackendError) as refused:
        registrar.info(name)
    assert refused.value.kind == kind


@pytest.mark.parametrize("fault", ["refuse", "hang", "cut", "drop_answer", "garbage"])
def test_a_question_may_be_asked_again_after_any_fault(proxy: FaultProxy, moto: RealMoto, fault: str) -> None:
    getattr(proxy, fault)()
    with pytest.raises(BackendError) as error:
        through(proxy, moto).info("example0.org")
    assert (error.value.kind, f"127.0.0.1:{proxy.port}" in str(error.value)) == ("unreachable", True)


@pytest.mark.parametrize(
    ("fault", "name"), [("drop_answer", NAMES[3]), ("garbage", NAMES[4]), ("cut", NAMES[5])]
)
def test_a_lost_answer_to_a_change_is_looked_up(
    proxy: FaultProxy, moto: RealMoto, registrar: Registrar, fault: str, name: str
) -> None:
    getattr(proxy, fault)(once=True)
    assert through(proxy, moto).set_name_servers(name, ["ns1.example.net"]) == "done"
    assert registrar.info(name).name_servers == ("ns1.example.net",)


def test_a_change_that_never_arrived_is_unknown(
    proxy: FaultProxy, moto: RealMoto, registrar: Registrar
) -> None:
    proxy.hang(once=True)
    with pytest.raises(BackendError) as unknown:
        through(proxy, moto).set_name_servers(NAMES[6], ["ns1.example.net"])
    assert unknown.value.kind == "unknown_outcome"
    assert len(registrar.info(NAMES[6]).name_servers) == 4


def test_a_renewal_names_the_year_it_starts_from(recorded: Receiver) -> None:
    recorded.answers = lambda _: (200, {}, b'{"OperationId": "1"}')
    registrar = Route53Domains(recorded.url, KEY)
    assert registrar.renew("example.org", 2, expires_at=BEFORE) == "pending"
    asked = json.loads(recorded.got[0].body)
    assert asked == {"DomainName": "example.org", "DurationInYears": 2, "CurrentExpiryYear": 2027}
    assert recorded.got[0].headers["x-amz-target"] == "Route53Domains_v20140515.RenewDomain"


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, b'{"__type": "OperationLimitExceeded", "message": "too many"}', "throttled"),
        (400, b'{"__type": "com.amazonaws#ThrottlingException"}', "throttled"),
        (400, b'{"__type": "AccessDeniedException", "Message": "no"}', "denied"),
        (400, b'{"__type": "UnsupportedTLD"}', "invalid"),
        (403, b"<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code></Error></ErrorResponse>", "auth"),
        (503, b"<html>", "unreachable"),
        (200, b"<html>", "invalid"),
        (200, b"[1]", "invalid"),
        (200, b"[" * 100_000, "invalid"),
        (200, b" " * 5_000_000, "invalid"),
    ],
)
def test_each_refusal_has_its_kind(recorded: Receiver, status: int, body: bytes, kind: str) -> None:
    recorded.answers = lambda _: (status, {}, body)
    with pytest.raises(BackendError) as refused:
        Route53Domains(recorded.url, KEY).info("example.org")
    assert refused.value.kind == kind


def test_values_of_another_type_are_left_out(recorded: Receiver) -> None:
    odd = {"DomainName": 7, "StatusList": "ok", "Nameservers": ["x", {"Name": None}], "ExpirationDate": 1e300}
    recorded.answers = lambda _: (200, {}, json.dumps(odd).encode())
    found = Route53Domains(recorded.url, KEY).info("example.org")
    assert (found.name, found.statuses, found.expires_at) == ("example.org", (), None)


def test_pages_that_go_round_end(recorded: Receiver) -> None:
    recorded.answers = lambda _: (
        200,
        {},
        b'{"Domains": [{"DomainName": "a.org"}], "NextPageMarker": "again"}',
    )
    with pytest.raises(BackendError, match="circle"):
        list(Route53Domains(recorded.url, KEY).list())


def test_orders_are_not_sent_without_encryption() -> None:
    with pytest.raises(BackendError) as refused:
        Route53Domains("http://registrar.example/", KEY)
    assert refused.value.kind == "denied"
