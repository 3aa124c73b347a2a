"""EPP, against a server of the RFCs' sample frames; no registry is there to try it with."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from backends.error import BackendError
from backends.registrar.epp import Epp
from backends.registrar.epp_session import EppServer
from backends.registrar.registrar import Contact, Registrar
from tests.support import epp_frames as frames
from tests.support.epp_server import PASSWORD, USER, EppFrameServer
from tests.support.fault_proxy import FaultProxy
from tests.support.mail_server import certificate
from tests.support.until import until

BEFORE = datetime(2005, 4, 3, 22, tzinfo=UTC)


@pytest.fixture(scope="module")
def ca_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("epp"))


@pytest.fixture(scope="module")
def _server(ca_file: Path) -> Iterator[EppFrameServer]:
    server = EppFrameServer(ca_file)
    yield server
    server.close()


@pytest.fixture
def server(_server: EppFrameServer) -> EppFrameServer:
    _server.reset()
    return _server


@pytest.fixture
def proxy(server: EppFrameServer) -> Iterator[FaultProxy]:
    with FaultProxy(server.port) as proxy:
        yield proxy


@pytest.fixture
def account(proxy: FaultProxy, ca_file: Path) -> EppServer:
    """Our account, by way of the proxy."""
    return EppServer("localhost", proxy.port, USER, PASSWORD, str(ca_file), read_timeout=5)


@pytest.fixture
def epp(account: EppServer) -> Iterator[Epp]:
    epp = Epp(account)
    yield epp
    epp.close()


def test_a_domain_is_told_whole(epp: Epp) -> None:
    found = epp.info("Example.COM.")
    assert (found.name, found.registrar, found.statuses, found.locked) == (
        "example.com",
        "ClientX",
        ("ok",),
        False,
    )
    assert found.name_servers == ("ns1.example.com", "ns1.example.net")
    assert found.expires_at == BEFORE
    assert found.created_at == datetime(1999, 4, 3, 22, tzinfo=UTC)
    assert found.auto_renew is None


def test_one_session_serves_many_questions(epp: Epp, server: EppFrameServer, proxy: FaultProxy) -> None:
    epp.info("example.com")
    assert not epp.check("example.com")
    epp.close()
    until(lambda: "logout" in server.heard, "the server heard the sign-out")
    assert (server.heard, proxy.accepted) == (["login", "domain:info", "domain:check", "logout"], 1)


def test_each_contact_is_asked_for_once(epp: Epp, server: EppFrameServer) -> None:
    server.says["domain:info"] = frames.INFO.replace("jd1234", "sh8013").replace("EXPIRES", "")
    found = epp.contacts("example.com")
    assert set(found) == {"registrant", "admin", "tech"}
    assert found["admin"] == Contact(
        handle="sh8013",
        name="John Doe",
        organisation="Example Inc.",
        email="jdoe@example.com",
        phone="+1.7035555555",
        street="123 Example Dr., Suite 100",
        city="Dulles",
        region="VA",
        postal_code="20166-6503",
        country="US",
        redacted=True,
    )
    assert server.heard.count("contact:info") == 1


@pytest.mark.parametrize("code", [2201, 2303])
def test_a_contact_kept_back_is_no_failure(epp: Epp, server: EppFrameServer, code: int) -> None:
    server.says["contact:info"] = frames.answer(code, "no")
    assert epp.contacts("example.com")["admin"] == Contact(handle="sh8013", redacted=True)


def test_name_servers_are_exchanged(epp: Epp, server: EppFrameServer) -> None:
    assert epp.set_name_servers("example.com", ["NS1.Example.net", "ns2.bücher.example"]) == "done"
    assert set(server.hosts) == {"ns1.example.net", "ns2.xn--bcher-kva.example"}
    heard = len(server.heard)
    assert epp.set_name_servers("example.com", server.hosts) == "done"
    assert server.heard[heard:] == ["domain:info"]


def test_a_renewal_moves_the_expiry_once(epp: Epp, server: EppFrameServer) -> None:
    assert epp.renew("example.com", 1, expires_at=BEFORE) == "done"
    assert epp.info("example.com").expires_at == BEFORE.replace(year=2006)
    with pytest.raises(BackendError) as again:
        epp.renew("example.com", 1, expires_at=BEFORE)
    assert again.value.kind == "conflict"


def test_an_order_that_waits_is_pending(epp: Epp, server: EppFrameServer) -> None:
    server.says["domain:renew"] = frames.PENDING
    assert epp.renew("example.com", 1, expires_at=BEFORE) == "pending"


def test_messages_are_read_and_put_away(epp: Epp, server: EppFrameServer) -> None:
    message = epp.poll()
    assert message is not None
    assert (message.id, message.text, message.waiting) == ("12345", "Transfer requested.", 5)
    epp.acknowledge(message)
    assert 'msgID="12345"' in server.frames[-1]
    server.says["poll"] = frames.NO_MESSAGES
    assert epp.poll() is None


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (2001, "invalid"),
        (2104, "denied"),
        (2200, "auth"),
        (2201, "denied"),
        (2302, "conflict"),
        (2303, "missing"),
        (2304, "denied"),
        (2400, "unreachable"),
        (2502, "throttled"),
    ],
)
def test_each_result_code_has_its_kind(epp: Epp, server: EppFrameServer, code: int, kind: str) -> None:
    server.says["domain:info"] = frames.answer(code, "because")
    with pytest.raises(BackendError, match=f"localhost:.*{code} because") as refused:
        epp.info("example.com")
    assert refused.value.kind == kind


def test_after_the_end_of_a_session_the_next_question_signs_in_anew(epp: Epp, server: EppFrameServer) -> None:
    server.says["domain:info"] = frames.answer(2502, "Session limit exceeded; server closing connection")
    with pytest.raises(BackendError):
        epp.info("example.com")
    server.says.clear()
    assert epp.info("example.com").name == "example.com"
    assert server.heard.count("login") == 2


def test_a_wrong_password_is_said_and_not_shown(account: EppServer, server: EppFrameServer) -> None:
    server.says["login"] = frames.answer(2200, "wrong: another-secret")
    with pytest.raises(BackendError) as refused:
        Epp(dataclasses.replace(account, password="another-secret")).info("example.com")
    assert refused.value.kind == "auth"
    assert "another-secret" not in str(refused.value) + repr(account)


def test_a_certificate_of_nobody_is_not_trusted(account: EppServer) -> None:
    with pytest.raises(BackendError, match="not trusted"):
        Epp(dataclasses.replace(account, ca_file="")).info("example.com")


def test_a_late_greeting_is_waited_for(epp: Epp, proxy: FaultProxy) -> None:
    proxy.delay(0.1)
    assert epp.info("example.com").name == "example.com"


@pytest.mark.parametrize("fault", ["refuse", "hang", "cut", "garbage", "drip"])
def test_a_fault_at_the_start_is_unreachable(proxy: FaultProxy, account: EppServer, fault: str) -> None:
    getattr(proxy, fault)(*([0.2] if fault == "drip" else []))
    quick = dataclasses.replace(account, connect_timeout=0.3, read_timeout=0.3)
    with pytest.raises(BackendError) as error:
        Epp(quick).info("example.com")
    assert (error.value.kind, f"localhost:{proxy.port}" in str(error.value)) == ("unreachable", True)


@pytest.mark.parametrize("fault", ["drop_answer", "cut", "garbage"])
def test_a_lost_answer_to_a_change_is_looked_up(epp: Epp, proxy: FaultProxy, fault: str) -> None:
    epp.info("example.com")
    getattr(proxy, fault)(once=True)
    assert epp.renew("example.com", 1, expires_at=BEFORE) == "done"
    assert epp.info("example.com").expires_at == BEFORE.replace(year=2006)


def test_name_servers_are_looked_up_too(epp: Epp, server: EppFrameServer) -> None:
    server.says["domain:update"] = b"\x00\x00\x00\x10not XML here"
    with pytest.raises(BackendError) as unknown:
        epp.set_name_servers("example.com", ["ns9.example.net"])
    assert (unknown.value.kind, "does not show" in str(unknown.value)) == ("unknown_outcome", True)


def test_a_lost_answer_that_cannot_be_looked_up_is_unknown(epp: Epp, proxy: FaultProxy) -> None:
    epp.info("example.com")
    proxy.drop_answer()
    with pytest.raises(BackendError) as unknown:
        epp.renew("example.com", 1, expires_at=BEFORE)
    assert unknown.value.kind == "unknown_outcome"


@pytest.mark.parametrize(
    "doctype",
    [
        "<!DOCTYPE epp>",
        '<!DOCTYPE epp [<!ENTITY x "aaaaaaaaaa"><!ENTITY y "&x;&x;&x;&x;">]>',
        '<!DOCTYPE epp [<!ENTITY y SYSTEM "file:///etc/passwd">]>',
    ],
)
def test_no_answer_may_have_entities(epp: Epp, server: EppFrameServer, doctype: str) -> None:
    spoiled = frames.INFO.replace("<epp ", f"{doctype}<epp ", 1)
    server.says["domain:info"] = spoiled.replace("ClientX", "&y;") if "ENTITY y" in doctype else spoiled
    with pytest.raises(BackendError, match="DOCTYPE") as refused:
        epp.info("example.com")
    assert refused.value.kind == "invalid"


@pytest.mark.parametrize(
    "said",
    [
        "<a>" * 100 + "</a>" * 100,
        "<html/>",
        "not XML",
        frames.GREETING,
        frames.OK.replace("1000", "10x0"),
        b"\x7f\xff\xff\xff",
        b"\x00\x00\x00\x00",
    ],
)
def test_what_is_no_answer_is_refused(epp: Epp, server: EppFrameServer, said: str | bytes) -> None:
    server.says["domain:info"] = said
    with pytest.raises(BackendError) as refused:
        epp.info("example.com")
    assert refused.value.kind == "invalid"


def test_an_answer_to_another_command_is_refused(epp: Epp, server: EppFrameServer) -> None:
    server.says["domain:info"] = frames.INFO.replace("ABC-12345", "SOMEBODY-ELSE")
    with pytest.raises(BackendError, match="another command"):
        epp.info("example.com")


def test_an_answer_on_another_domain_is_refused(epp: Epp, server: EppFrameServer) -> None:
    server.says["domain:info"] = frames.INFO.replace("example.com", "example.net")
    with pytest.raises(BackendError, match="answers on"):
        epp.info("example.com")


def test_what_a_user_writes_cannot_leave_its_element(epp: Epp, server: EppFrameServer) -> None:
    server.says["domain:info"] = frames.INFO.replace("sh8013", "a&lt;/contact:id>&amp;").replace(
        "EXPIRES", ""
    )
    epp.contacts("example.com")
    assert "a&lt;/contact:id&gt;&amp;" in server.frames[-1]


def test_it_is_a_registrar_without_a_list(epp: Epp) -> None:
    registrar: Registrar = epp
    assert "list" not in registrar.can
    with pytest.raises(BackendError) as refused:
        registrar.list()
    assert refused.value.kind == "invalid"
