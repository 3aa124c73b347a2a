"""Is a domain verified once its own name servers have the token, once, and never by anything less?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dns.message
import dns.rcode
import dns.rrset
import pytest

from actors.dns.domain_verification import run as service
from actors.outcome import Outcome
from actors.system import send_email_notifications
from domain.dns.limits import ProofLimits
from domain.dns.verification import HOUR
from store import database, live_family
from store.dns import domain
from tests.actors.dns.conftest import TOKEN, zone
from tests.actors.dns.scene import DAY, NOW, add, change, mails, work
from tests.actors.system import mailing
from tests.actors.system.mailing import account, running
from tests.backends.dns.scripted import by_udp
from tests.support.mail_server import MailServer
from tests.support.process import free_port
from tests.support.real_knot import RealKnot


@pytest.fixture
def acme(request: pytest.FixtureRequest) -> str:
    database_fixture = "opened" if "opened" in request.fixturenames else "sqlite"
    request.getfixturevalue(database_fixture)
    add("organisation", name="Acme", email="acme@example.org")
    return "Acme"


def look(knot: RealKnot, at: float = NOW, *, only: str = "", **options: Any) -> Outcome:
    given: dict[str, Any] = {"resolvers": (f"127.0.0.1:{knot.port}",), "port": knot.port, "timeout": 2.0}
    args = {"domain": only} if only else {}
    outcome, _ = work(service, ProofLimits(**{**given, **options}), at=at, args=args)
    return outcome


def state(domain_id: int) -> dict[str, Any]:
    found = domain.state(database.read(), domain_id)
    assert found is not None
    return found


@pytest.mark.covers("domain_verification", 1)
def test_a_published_token_verifies_once_and_is_told_once(opened: None, acme: str, knot: RealKnot) -> None:
    domain_id = add("domain", name="proof.example", organisation=acme, token=TOKEN)
    assert look(knot).counts == {"proved": 1, "waiting": 0, "asked": 1}
    assert state(domain_id)["verified_at"] == NOW
    assert state(domain_id)["answer"] == "published at 2 name servers"
    assert look(knot, NOW + 900).counts == {"proved": 0, "waiting": 0, "asked": 0}
    assert state(domain_id)["verified_at"] == NOW
    (mail,) = mails()
    assert (mail["recipients"], mail["family"], mail["owner"]) == ('["acme@example.org"]', "dns", "Acme")
    assert json.loads(mail["template_values"])["subject"] == "proof.example is verified"


def test_an_observing_site_keeps_the_mail_and_a_live_one_sends_it(
    sqlite: None, acme: str, knot: RealKnot, tmp_path: Path
) -> None:
    server = MailServer(tmp_path).start()
    try:
        sent = account(server.port, tmp_path)
        add("domain", name="proof.example", organisation=acme, token=TOKEN)
        look(knot)
        mailing.work(running(send_email_notifications.run), sent)
        assert mailing.states() == ["kept"]
        database.write(lambda tx: live_family.switch(tx, "dns", True, by="anna", now=NOW))
        add("domain", name="parts.example", organisation=acme, token=TOKEN)
        look(knot)
        mailing.work(running(send_email_notifications.run, 2), sent)
        assert mailing.states() == ["kept", "sent"], "what was kept is not sent later"
    finally:
        server.stop()


@pytest.mark.parametrize("name", ["parts.example", "several.example", "wildtoken.example", "bücher.example"])
def test_a_token_counts_however_it_is_served(sqlite: None, acme: str, knot: RealKnot, name: str) -> None:
    """In several strings, among other records, by a wildcard of the zone itself, in any script."""
    domain_id = add("domain", name=name, organisation=acme, token=TOKEN)
    look(knot)
    assert state(domain_id)["verified_at"] == NOW, state(domain_id)["answer"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("other.example", "another TXT record stands there, without the token"),
        ("wild.example", "another TXT record stands there, without the token"),
        ("nothing.example", "there is no such name yet"),
        ("alias.example", "an alias of _tickworks.proof.example. stands at the name"),
    ],
)
def test_anything_else_verifies_nothing(
    sqlite: None, acme: str, knot: RealKnot, name: str, said: str
) -> None:
    domain_id = add("domain", name=name, organisation=acme, token=TOKEN)
    assert look(knot).counts["waiting"] == 1
    assert said in state(domain_id)["answer"]
    assert state(domain_id)["verified_at"] is None
    assert mails() == []


def test_the_token_of_another_tenant_does_not_count(sqlite: None, acme: str, knot: RealKnot) -> None:
    """Each domain has a token of its own, and a new owner gets another one."""
    add("organisation", name="Rival", email="rival@example.org")
    first = add("domain", name="proof.example", organisation=acme)
    second = add("domain", name="other.example", organisation="Rival")
    look(knot)
    tokens = {state(first)["token"], state(second)["token"]}
    assert len(tokens) == 2
    assert all(len(each) > 30 for each in tokens)
    database.write(lambda tx: domain.verified(tx, first, state(first)["token"], "", NOW))
    change("domain", first, organisation="Rival")
    look(knot, NOW + 900)
    assert state(first)["verified_at"] is None
    assert state(first)["token"] not in tokens


def test_a_token_is_seen_as_soon_as_it_is_there(opened: None, acme: str, knot: RealKnot, name: str) -> None:
    domain_id = add("domain", name=name, organisation=acme)
    look(knot)
    token = state(domain_id)["token"]
    knot.write(name, zone(name, f'_tickworks 3600 TXT "{token}"', serial=2))
    knot.reload(name)
    assert look(knot, NOW + 900).counts["proved"] == 1


def _answers(code: dns.rcode.Rcode) -> Any:
    def answer(question: bytes) -> list[bytes]:
        asked = dns.message.from_wire(question)
        reply = dns.message.make_response(asked)
        kind = asked.question[0].rdtype
        name = asked.question[0].name
        if str(name).startswith("_tickworks"):
            reply.set_rcode(code)
            if code == dns.rcode.NXDOMAIN:
                reply.flags |= 0x0400
        elif kind == 2:
            reply.answer.append(dns.rrset.from_text(name, 60, "IN", "NS", "ns.example."))
        elif kind == 1:
            reply.answer.append(dns.rrset.from_text(name, 60, "IN", "A", "127.0.0.1"))
        return [reply.to_wire()]

    return answer


@pytest.fixture
def failing() -> Iterator[int]:
    with by_udp(_answers(dns.rcode.SERVFAIL)) as port:
        yield port


def test_servfail_is_no_no(sqlite: None, acme: str, failing: int) -> None:
    domain_id = add("domain", name="late.example", organisation=acme, token=TOKEN)
    options = ProofLimits(resolvers=(f"127.0.0.1:{failing}",), port=failing, timeout=1.0)
    assert work(service, options)[0].counts["unsure"] == 1
    work(service, options, at=NOW + 14.1 * DAY)
    assert state(domain_id)["gave_up_at"] is None, "nobody has said no"
    assert "SERVFAIL" in state(domain_id)["answer"]
    work(service, options, at=NOW + 28.1 * DAY)
    assert state(domain_id)["gave_up_at"] == NOW + 28.1 * DAY


def test_after_its_days_a_domain_is_given_up_until_somebody_asks(
    opened: None, acme: str, knot: RealKnot
) -> None:
    domain_id = add("domain", name="nothing.example", organisation=acme, token=TOKEN)
    look(knot)
    assert look(knot, NOW + 14 * DAY).counts["gave_up"] == 1
    assert look(knot, NOW + 15 * DAY).counts == {"proved": 0, "waiting": 0, "asked": 0}
    assert look(knot, NOW + 15 * DAY, only="NOTHING.example").counts["gave_up"] == 1
    assert state(domain_id)["tries"] == 3


def test_after_a_day_it_is_looked_for_once_an_hour(sqlite: None, acme: str, knot: RealKnot) -> None:
    domain_id = add("domain", name="nothing.example", organisation=acme, token=TOKEN)
    for quarter in range(5):
        look(knot, NOW + quarter * 900)
    assert state(domain_id)["tries"] == 5
    for quarter in range(8):
        look(knot, NOW + 2 * DAY + quarter * HOUR / 4)
    assert state(domain_id)["tries"] == 7


def test_no_name_server_that_answers_is_unsure(sqlite: None, acme: str, knot: RealKnot) -> None:
    domain_id = add("domain", name="proof.example", organisation=acme, token=TOKEN)
    assert look(knot, port=free_port(), timeout=0.2).counts["unsure"] == 1
    assert "no name server gave a clear answer" in state(domain_id)["answer"]


def test_a_domain_that_nobody_looks_after_is_verified_without_a_mail(sqlite: None, knot: RealKnot) -> None:
    domain_id = add("domain", name="proof.example", token=TOKEN)
    add("domain", name="parts.example", token=TOKEN, enabled=False)
    assert look(knot).counts["proved"] == 1
    assert state(domain_id)["verified_at"] == NOW
    assert mails() == []


def test_a_domain_that_there_is_not_is_said(sqlite: None, knot: RealKnot) -> None:
    options = ProofLimits(resolvers=(f"127.0.0.1:{knot.port}",))
    _, context = work(service, options, args={"domain": "nowhere.example"})
    assert "there is no active domain nowhere.example" in str(context.ports.ended_steps[0].error)


def test_two_who_look_at_once_verify_it_once(opened: None) -> None:
    domain_id = add("domain", name="proof.example", token=TOKEN)
    database.write(lambda tx: domain.ask_for(tx, domain_id, None, TOKEN, NOW + DAY, NOW))
    said = [
        database.write(lambda tx, token=token: domain.verified(tx, domain_id, token, "", NOW))  # type: ignore[misc]
        for token in ("another", TOKEN, TOKEN)
    ]
    assert said == [False, True, False]
    assert not database.write(lambda tx: domain.looked(tx, domain_id, TOKEN, "no", NOW, NOW, gave_up=True)), (
        "who comes late takes nothing back"
    )
