"""Are mail servers seen as a mail program sees them: greeting, TLS, sign-in?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from backends.probe import imap, pop3, smtp_server
from backends.probe.finding import Finding
from backends.probe.sweep import ask
from tests.support.fault_proxy import FaultProxy
from tests.support.process import free_port
from tests.support.real_mail import PASSWORD, RealMail, real_mail

PROBES = {"smtp": smtp_server, "pop3": pop3, "imap": imap}
each_protocol = pytest.mark.parametrize("protocol", sorted(PROBES))


@pytest.fixture(scope="module")
def mail() -> Iterator[RealMail]:
    with real_mail() as server:
        yield server


def port_of(mail: RealMail, protocol: str) -> int:
    return {"smtp": mail.port, "pop3": mail.pop3_port, "imap": mail.imap_port}[protocol]


def look(protocol: str, port: int, **words: Any) -> Finding:
    return ask(partial(PROBES[protocol].ask, "localhost", port, **{"read_timeout": 10.0, **words}))


def signed(mail: RealMail, protocol: str, **words: Any) -> Finding:
    """Sign in; only Postfix wants TLS for it."""
    defaults: dict[str, Any] = {"user": "ann@example.org", "password": PASSWORD}
    if protocol == "smtp":
        defaults |= {"security": "starttls", "ca_file": str(mail.ca_file)}
    return look(protocol, port_of(mail, protocol), **{**defaults, **words})


@each_protocol
def test_a_server_greets(mail: RealMail, protocol: str) -> None:
    found = look(protocol, port_of(mail, protocol))
    assert (found.ok, found.text) == (True, "greets")


@each_protocol
def test_an_account_is_let_in(mail: RealMail, protocol: str) -> None:
    assert signed(mail, protocol).text == "lets ann@example.org in"


@each_protocol
def test_a_wrong_password_is_told_without_it(mail: RealMail, protocol: str) -> None:
    found = signed(mail, protocol, password="hunter2-wrong")
    assert (found.ok, found.kind) == (False, "auth")
    assert "sign-in refused" in found.text
    assert "hunter2" not in found.text


def test_smtp_over_tls_from_the_start(mail: RealMail) -> None:
    assert look("smtp", mail.tls_port, security="tls", ca_file=str(mail.ca_file)).ok
    assert look("smtp", mail.tls_port, security="tls").kind == "auth"


@each_protocol
def test_starttls_with_a_certificate_that_is_not_trusted_stops_there(mail: RealMail, protocol: str) -> None:
    found = look(protocol, port_of(mail, protocol), security="starttls", user="ann", password="secret-word")
    assert not found.ok
    assert found.kind in ("auth", "denied")  # this Dovecot offers no TLS at all
    assert "secret-word" not in found.text


@each_protocol
def test_another_protocol_on_the_port_is_told(mail: RealMail, protocol: str) -> None:
    other = {"smtp": "imap", "pop3": "smtp", "imap": "pop3"}[protocol]
    found = look(protocol, port_of(mail, other))
    assert (found.ok, found.kind) == (False, "invalid")


@each_protocol
def test_a_port_that_nobody_listens_on_is_unreachable(protocol: str) -> None:
    assert look(protocol, free_port()).kind == "unreachable"


@each_protocol
@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (lambda proxy: proxy.hang(), "unreachable"),
        (lambda proxy: proxy.cut(10), "unreachable"),
        (lambda proxy: proxy.garbage(), "invalid"),
        (lambda proxy: proxy.garbage(b"250-x\r\n" * 10_000), "invalid"),
    ],
    ids=["hang", "cut", "garbage", "no end"],
)
def test_a_fault_on_the_way_is_told(
    mail: RealMail,
    spoiled: Callable[[int], FaultProxy],
    protocol: str,
    fault: Callable[[FaultProxy], None],
    kind: str,
) -> None:
    proxy = spoiled(port_of(mail, protocol))
    fault(proxy)
    found = look(protocol, proxy.port, read_timeout=0.5)
    assert (found.ok, found.kind) == (False, kind)


@each_protocol
def test_a_password_does_not_go_out_unencrypted(
    monkeypatch: pytest.MonkeyPatch, mail: RealMail, protocol: str
) -> None:
    monkeypatch.setattr("backends.probe.conversation.is_loopback", lambda host: False)
    found = look(protocol, port_of(mail, protocol), user="ann@example.org", password=PASSWORD)
    assert (found.ok, found.kind) == (False, "auth")
    assert "not sent unencrypted" in found.text
