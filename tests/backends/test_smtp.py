"""Does the SMTP adapter tell done, failed and unknown apart, whatever the server does?"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from backends import smtp
from backends.cut_off import CutOff
from backends.smtp import Server, Session, SmtpError, Taken
from tests.support.faulty_smtp import DROP, HANG, TRICKLE, FaultySmtp, faulty
from tests.support.mail_server import PASSWORD, USER, MailServer
from tests.support.process import free_port

secured = pytest.mark.parametrize("mail_server", ["starttls", "tls"], indirect=True)

MESSAGE = b"Subject: hello\r\n\r\n.a line with a dot\r\nlast"


@pytest.fixture(scope="module", params=["none", "starttls", "tls"])
def mail_server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[MailServer]:
    folder = tmp_path_factory.mktemp(f"smtp-{request.param}")
    server = MailServer(folder, request.param, sign_in=request.param != "none").start()
    yield server
    server.stop()


def at(peer: FaultySmtp | MailServer, **values: object) -> Server:
    defaults: dict[str, object] = {"host": "127.0.0.1", "security": "none", "timeout": 5.0}
    return Server(port=peer.port, **{**defaults, **values})  # type: ignore[arg-type]


def of(server: MailServer, **values: object) -> Server:
    if server.security == "none":
        return at(server, **values)
    signed = {"host": "localhost", "ca_file": str(server.ca_file), "user": USER, "password": PASSWORD}
    return at(server, **{"security": server.security, **signed, **values})


def send(server: Server, *recipients: str) -> Taken:
    session = Session(server)
    try:
        return session.send("a@example.org", recipients or ("b@example.org",), MESSAGE)
    finally:
        session.close()


def refusal(server: Server, *recipients: str) -> SmtpError:
    with pytest.raises(SmtpError) as caught:
        send(server, *recipients)
    assert "\n" not in str(caught.value)
    return caught.value


def test_a_mail_arrives_as_it_was_sent(mail_server: MailServer) -> None:
    assert send(of(mail_server)).answer.startswith("250")
    mail = mail_server.mails()[0]
    assert (mail["Subject"], mail["X-RcptTo"]) == ("hello", "b@example.org")
    assert mail.get_content().splitlines() == [".a line with a dot", "last"]


@secured
def test_a_certificate_nobody_vouches_for_is_refused(mail_server: MailServer) -> None:
    error = refusal(of(mail_server, ca_file=""))
    assert error.kind == "unreachable"
    assert "certificate is not trusted" in str(error)


@secured
def test_a_certificate_of_another_name_is_refused(mail_server: MailServer) -> None:
    assert "certificate is not trusted" in str(refusal(of(mail_server, host="127.0.0.1")))


@secured
def test_a_wrong_password_is_told_and_not_repeated(mail_server: MailServer) -> None:
    error = refusal(of(mail_server, password="wr0ng-word"))
    assert error.kind == "auth"
    assert "wr0ng-word" not in str(error)


def test_a_wrong_password_is_one_wrong_try() -> None:
    """Accounts are locked after a few."""
    with faulty(EHLO="250-peer\r\n250 AUTH CRAM-MD5 PLAIN LOGIN", AUTH="535 no") as peer:
        refusal(at(peer, user="u", password="wr0ng-word"))
    assert peer.verbs.count("AUTH") == 1


def test_a_server_that_lets_nobody_in_as_we_can_is_told() -> None:
    with faulty(EHLO="250-peer\r\n250 AUTH GSSAPI") as peer:
        error = refusal(at(peer, user="u", password="s3cret"))
    assert (error.kind, peer.verbs.count("AUTH")) == ("auth", 0)
    assert "no way to sign in that we know (PLAIN, LOGIN, CRAM-MD5)" in str(error)


def test_a_password_a_server_says_back_is_not_repeated() -> None:
    with faulty(EHLO="250-peer\r\n250 AUTH PLAIN", AUTH="535 I do not like s3cret") as peer:
        error = refusal(at(peer, user="u", password="s3cret"))
    assert (error.kind, str(error).count("s3cret")) == ("auth", 0)


def test_no_password_leaves_unencrypted(monkeypatch: pytest.MonkeyPatch) -> None:
    found = smtp.socket.getaddrinfo
    monkeypatch.setattr(
        smtp.socket, "getaddrinfo", lambda host, *rest, **more: found("127.0.0.1", *rest, **more)
    )
    with faulty(EHLO="250-peer\r\n250 AUTH PLAIN") as peer:
        error = refusal(at(peer, host="mail.example.org", user="u", password="s3cret"))
    assert error.kind == "auth"
    assert "AUTH" not in peer.verbs


def test_nobody_listens() -> None:
    error = refusal(Server("127.0.0.1", free_port(), "none"))
    assert error.kind == "unreachable"
    assert "refused" in str(error)


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        ({"GREETING": "554 go away"}, "denied"),
        ({"GREETING": "421 too busy"}, "throttled"),
        ({"GREETING": "HTTP/1.1 400 Bad Request"}, "invalid"),
        ({"GREETING": DROP}, "unreachable"),
        ({"EHLO": DROP}, "unreachable"),
        ({"MAIL": "451 later"}, "throttled"),
        ({"MAIL": "550 never"}, "denied"),
        ({"MAIL": "\x00\xff garbage"}, "invalid"),
        ({"MAIL": DROP}, "unreachable"),
        ({"RCPT": "450 greylisted"}, "throttled"),
        ({"RCPT": "550 no such user"}, "denied"),
        ({"DATA": "554 no"}, "denied"),
        ({"DATA": DROP}, "unreachable"),
        ({"END": "452 no room"}, "throttled"),
        ({"END": "554 spam"}, "denied"),
        ({"END": DROP}, "unknown_outcome"),
        ({"END": "what was that?"}, "unknown_outcome"),
        ({"END": "354 go on"}, "unknown_outcome"),
    ],
    ids=lambda value: " ".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, dict) else value,
)
def test_each_fault_has_its_kind(script: dict[str, str], kind: str) -> None:
    with faulty(**script) as peer:
        assert refusal(at(peer)).kind == kind


@pytest.mark.parametrize(("where", "kind"), [("GREETING", "unreachable"), ("END", "unknown_outcome")])
def test_a_server_that_hangs_is_left(where: str, kind: str) -> None:
    with faulty(**{where: HANG}) as peer:
        error = refusal(at(peer, timeout=0.3))
    assert error.kind == kind
    assert "does not answer in time" in str(error)


@pytest.mark.parametrize("offer", ["250-peer\r\n250 SIZE 1000", "250-peer\r\n250 STARTTLS"])
def test_without_tls_nothing_is_sent(offer: str) -> None:
    with faulty(EHLO=offer) as peer:
        error = refusal(at(peer, security="starttls"))
    assert error.kind in ("denied", "throttled")
    assert "MAIL" not in peer.verbs


def test_a_refused_recipient_does_not_keep_the_others_from_it() -> None:
    with faulty(RCPT=["250 ok", "550 no such user", "450 later"]) as peer:
        taken = send(at(peer), "b@example.org", "c@example.org", "d@example.org")
    assert taken.refused == {"c@example.org": (550, "no such user"), "d@example.org": (450, "later")}
    assert len(peer.messages) == 1


def test_after_a_refusal_the_connection_serves_the_next_mail() -> None:
    with faulty(RCPT=["550 no such user", "250 ok"]) as peer:
        session = Session(at(peer))
        with pytest.raises(SmtpError):
            session.send("a@example.org", ["b@example.org"], MESSAGE)
        assert session.usable
        session.send("a@example.org", ["c@example.org"], MESSAGE)
        session.close()
    assert len(peer.messages) == 1
    assert peer.verbs.count("EHLO") == 1


def test_a_stop_cuts_off_a_server_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backends.cut_off.STOP_GRACE", 0.1)
    stop = threading.Event()
    with faulty(END=HANG) as peer:
        session = Session(at(peer, timeout=100), stop.is_set)
        threading.Thread(target=lambda: (peer.hanging.wait(20), stop.set())).start()
        with pytest.raises(SmtpError, match="asked to stop") as caught:
            session.send("a@example.org", ["b@example.org"], MESSAGE)
        session.close()
    assert caught.value.kind == "unknown_outcome"


@pytest.mark.parametrize(("where", "kind"), [("MAIL", "unreachable"), ("END", "unknown_outcome")])
def test_a_server_that_trickles_is_left_all_the_same(where: str, kind: str) -> None:
    """A byte now and then meets every timeout of a socket, and "2222" is no answer."""
    with faulty(**{where: TRICKLE}) as peer:
        error = refusal(at(peer, timeout=0.4))
    assert error.kind == kind
    assert "does not answer in time" in str(error)


def test_a_server_that_closes_is_asked_no_more() -> None:
    with faulty(RCPT="421 too busy") as peer:
        error = refusal(at(peer), "b@example.org", "c@example.org")
    assert error.kind == "throttled"
    assert peer.verbs.count("RCPT") == 1


def test_nothing_is_left_that_watches(mail_server: MailServer) -> None:
    send(of(mail_server))
    assert [each.name for each in threading.enumerate() if each.name == "cut-off"] == []
    CutOff().end()


def test_a_ca_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with faulty(EHLO="250-peer\r\n250 STARTTLS", STARTTLS="220 go") as peer:
        error = refusal(at(peer, security="starttls", ca_file=str(tmp_path / "none.pem")))
    assert "none.pem cannot be read" in str(error)
