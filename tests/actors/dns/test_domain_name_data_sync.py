"""Is what a registrar says of a domain kept, and what it does not say not lost?"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from actors.dns.domain_name_data_sync import run as service
from actors.outcome import Outcome
from backends.registrar.connection import try_out
from domain.dns.limits import RegistrarLimits
from store import database
from store.dns import domain
from store.object import read
from tests.actors.dns.scene import DAY, NOW, add, change, mails, work
from tests.support import epp_frames as frames
from tests.support.epp_server import LATER, PASSWORD, USER, EppFrameServer
from tests.support.fault_proxy import FaultProxy
from tests.support.http_receiver import Got, Receiver, receiver
from tests.support.mail_server import certificate
from tests.support.process import free_port
from tests.support.real_moto import RealMoto, real_moto

NAMES = [f"ours{number}.org" for number in range(4)]


@pytest.fixture(scope="module")
def moto() -> Iterator[RealMoto]:
    with real_moto() as server:
        for name in NAMES:
            server.register(name)
        yield server


@pytest.fixture(scope="module")
def ca_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("epp"))


@pytest.fixture(scope="module")
def _epp(ca_file: Path) -> Iterator[EppFrameServer]:
    server = EppFrameServer(ca_file)
    yield server
    server.close()


@pytest.fixture
def epp(_epp: EppFrameServer) -> EppFrameServer:
    _epp.reset()
    return _epp


@pytest.fixture
def rdap() -> Iterator[Receiver]:
    with receiver() as here:
        yield here


def telling(expires: str, **more: Any) -> Callable[[Got], Any]:
    """Answers of an RDAP server (RFC 9083 §5.3) about whatever it is asked for."""

    def answer(got: Got) -> Any:
        found = {
            "objectClassName": "domain",
            "ldhName": got.path.rpartition("/")[2],
            "events": [{"eventAction": "expiration", "eventDate": expires}],
            "entities": [{"objectClassName": "entity", "handle": "H1", "roles": ["registrant"], **more}],
        }
        return 200, {"content-type": "application/rdap+json"}, json.dumps(found).encode()

    return answer


def card(name: str) -> dict[str, Any]:
    return {"vcardArray": ["vcard", [["fn", {}, "text", name], ["email", {}, "text", "joe@example.org"]]]}


def sync(at: float = NOW, *, only: str = "", **more: Any) -> Outcome:
    secrets = {"env:EPP": PASSWORD, **more.pop("secrets", {})}
    args = {"domain": only} if only else {}
    return work(service, RegistrarLimits(timeout=5.0), at=at, args=args, secrets=secrets, **more)[0]


def state(domain_id: int) -> dict[str, Any]:
    found = domain.state(database.read(), domain_id)
    assert found is not None
    return found


def by_rdap(rdap: Receiver, *names: str, **values: Any) -> list[int]:
    add("registrar", name="Registry", protocol="rdap", address=rdap.url)
    return [add("domain", name=name, registrar="Registry", **values) for name in names]


def by_epp(port: int, ca_file: Path, name: str = "example.com") -> int:
    values = {"host": "localhost", "port": port, "username": USER, "password": "env:EPP"}
    add("registrar", name="EPP", protocol="epp", ca_file=str(ca_file), **values)
    return add("domain", name=name, registrar="EPP")


@pytest.mark.covers("domain_name_data_sync", 1)
def test_a_foreign_registrar_tells_all_of_a_domain(opened: None, moto: RealMoto) -> None:
    values = {"address": moto.url, "username": moto.credentials.key_id, "password": "env:AWS"}
    registrar = add("registrar", name="Route 53", protocol="route53", **values)
    ours = [add("domain", name=name, registrar="Route 53") for name in NAMES]
    other = add("domain", name="nobody.org", registrar="Route 53")
    secret = {"env:AWS": moto.credentials.secret}
    outcome = sync(secrets=secret)
    assert (outcome.kind, outcome.counts["read"], outcome.counts["missing"]) == ("partial", 4, 1)
    found = state(ours[0])
    assert (found["sponsor"], found["auto_renew"], len(found["name_servers"])) == ("GANDI SAS", True, 4)
    assert found["expires_at"] - found["registered_at"] > 700 * DAY
    assert found["contacts"]["admin"]["name"] == "Ada Example"
    assert state(other)["error_kind"] == "missing"
    row = read.by_id(database.read(), "registrar", registrar)
    assert row is not None
    assert try_out(row, lambda _: moto.credentials.secret)[0][0]
    assert not try_out(row, lambda _: "wrong")[0][0]


def test_a_registry_tells_contacts_and_keeps_some_back(
    opened: None, epp: EppFrameServer, ca_file: Path
) -> None:
    domain_id = by_epp(epp.port, ca_file)
    assert sync().kind == "done"
    found = state(domain_id)
    assert found["expires_at"] == datetime(2005, 4, 3, 22, tzinfo=UTC).timestamp()
    assert found["auto_renew"] is None
    assert found["contacts"]["admin"]["redacted"]
    assert found["contacts"]["admin"]["name"] == "John Doe"
    epp.says["contact:info"] = frames.answer(2201, "Authorization error")
    epp.expires = LATER
    sync(NOW + DAY)
    assert state(domain_id)["contacts"]["admin"]["name"] == "John Doe", "what was known is not lost"
    assert state(domain_id)["expires_at"] == datetime(2006, 4, 3, 22, tzinfo=UTC).timestamp()


def test_a_redacted_contact_hides_nothing_that_was_known(sqlite: None, rdap: Receiver) -> None:
    (domain_id,) = by_rdap(rdap, "bücher.example")
    rdap.answers = telling("2028-01-01T00:00:00Z", **card("Joe"))
    sync()
    assert rdap.got[0].path.endswith("/domain/xn--bcher-kva.example")
    rdap.answers = telling("2028-01-01T00:00:00Z", remarks=[{"title": "REDACTED FOR PRIVACY"}])
    sync(NOW + DAY)
    found = state(domain_id)["contacts"]["registrant"]
    assert (found["name"], found["redacted"]) == ("Joe", True)


def test_an_expiry_that_moves_back_is_kept_and_told(opened: None, rdap: Receiver) -> None:
    (domain_id,) = by_rdap(rdap, "moves.example")
    rdap.answers = telling("2028-01-01T00:00:00Z")
    sync()
    rdap.answers = telling("2027-01-01T00:00:00Z")
    outcome = sync(NOW + DAY)
    assert outcome.counts["moved_back"] == 1
    found = state(domain_id)
    assert found["expires_at"] == datetime(2027, 1, 1, tzinfo=UTC).timestamp()
    assert found["expired_before"] == datetime(2028, 1, 1, tzinfo=UTC).timestamp()
    assert sync(NOW + 2 * DAY).counts["moved_back"] == 0
    assert state(domain_id)["expired_before"] is not None, "it is shown until it moves on"
    (event,) = database.read().dicts("SELECT * FROM event")
    assert "moved the expiry of moves.example back" in event["text"]
    rdap.answers = telling("2029-01-01T00:00:00Z")
    sync(NOW + 3 * DAY)
    assert state(domain_id)["expired_before"] is None


def test_a_registrar_that_wants_fewer_questions_is_left_alone(sqlite: None, rdap: Receiver) -> None:
    names = [f"d{n}.example" for n in range(5)]
    ids = by_rdap(rdap, *names)
    good = telling("2028-01-01T00:00:00Z")
    rdap.answers = lambda got: good(got) if len(rdap.got) < 5 else (429, {}, b"slow down")
    outcome = sync()
    assert (outcome.kind, outcome.counts["read"], outcome.counts["failed"]) == ("partial", 2, 1)
    assert outcome.counts["put_off"] == 2
    assert len(rdap.got) == 5
    rdap.got.clear()
    rdap.answers = good
    sync(NOW + DAY)
    first = [got.path.rpartition("/")[2] for got in rdap.got[::2]]
    assert first[:2] == names[3:], "those that were put off come first"
    assert all(state(each)["synced_at"] == NOW + DAY for each in ids)


@pytest.mark.parametrize("fault", ["refuse", "hang", "cut", "drop_answer", "garbage"])
def test_a_broken_line_keeps_what_we_have(
    sqlite: None, epp: EppFrameServer, ca_file: Path, fault: str
) -> None:
    with FaultProxy(epp.port) as proxy:
        domain_id = by_epp(proxy.port, ca_file)
        assert sync().kind == "done"
        before = state(domain_id)
        getattr(proxy, fault)()
        _, context = work(service, RegistrarLimits(timeout=0.5), at=NOW + DAY, secrets={"env:EPP": PASSWORD})
        assert context.ports.ended_steps[0].state == "failed"
        after = state(domain_id)
        kept = ("expires_at", "contacts", "name_servers", "synced_at")
        assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
        assert after["error_kind"] in ("unreachable", "invalid")
        proxy.heal()
        assert sync(NOW + 2 * DAY).kind == "done"
        assert state(domain_id)["error"] is None


@pytest.mark.parametrize(("code", "kind"), [(2303, "missing"), (2502, "throttled"), (2201, "denied")])
def test_what_a_registry_refuses_is_said(
    sqlite: None, epp: EppFrameServer, ca_file: Path, code: int, kind: str
) -> None:
    domain_id = by_epp(epp.port, ca_file)
    epp.says["domain:info"] = frames.answer(code, "no")
    assert sync().kind == "failed"
    assert state(domain_id)["error_kind"] == kind


def test_a_secret_that_is_not_there_is_no_failure_of_others(sqlite: None, rdap: Receiver) -> None:
    (good,) = by_rdap(rdap, "good.example")
    rdap.answers = telling("2028-01-01T00:00:00Z")
    add("registrar", name="EPP", protocol="epp", host="localhost", username="u", password="env:GONE")
    bad = add("domain", name="bad.example", registrar="EPP")
    assert sync().counts["read"] == 1
    assert state(good)["error"] is None
    assert "env:GONE" in state(bad)["error"]


def test_owners_are_told_before_a_domain_expires_each_stage_once(opened: None, rdap: Receiver) -> None:
    add("organisation", name="Acme", email="acme@example.org")
    (domain_id,) = by_rdap(rdap, "ends.example", organisation="Acme")
    ends = NOW + 20 * DAY
    rdap.answers = telling(f"{datetime.fromtimestamp(ends, UTC):%Y-%m-%dT%H:%M:%SZ}")
    assert sync(observes=True).counts["told"] == 1
    assert sync(NOW + DAY).counts["told"] == 0
    assert sync(NOW + 14 * DAY).counts["told"] == 1
    values = [json.loads(mail["template_values"]) for mail in mails()]
    assert "in 20 days" in values[0]["text"]
    assert "in 6 days" in values[1]["text"]
    assert {mail["family"] for mail in mails()} == {"dns"}, "an observing site keeps it as a file"
    rdap.answers = telling("2029-01-01T00:00:00Z")
    assert sync(NOW + 19.5 * DAY).counts["told"] == 0, "it was renewed"
    change("domain", domain_id, registrar=None)
    later = datetime(2028, 12, 20, tzinfo=UTC).timestamp()
    assert sync(later).counts["told"] == 0, "the registrar that said so is not the domain's any more"


def test_what_was_said_earlier_never_replaces_what_was_said_later(opened: None, rdap: Receiver) -> None:
    (domain_id,) = by_rdap(rdap, "late.example")
    rdap.answers = telling("2028-01-01T00:00:00Z")
    sync(NOW + DAY)
    rdap.answers = telling("2027-06-01T00:00:00Z")
    sync(NOW)
    assert state(domain_id)["expires_at"] == datetime(2028, 1, 1, tzinfo=UTC).timestamp()


def test_a_registrar_that_is_silent_is_not_asked_for_every_domain(sqlite: None) -> None:
    address = f"http://127.0.0.1:{free_port()}"
    add("registrar", name="Registry", protocol="rdap", address=address)
    for n in range(5):
        add("domain", name=f"d{n}.example", registrar="Registry")
    _, context = work(service, RegistrarLimits())
    outcome = context.ports.ended_steps[0].outcome
    assert outcome is not None
    assert (outcome.counts["failed"], outcome.counts["put_off"]) == (3, 2)
