"""Does our mail reach a mailbox through Postfix and Dovecot, once, and end as it should where it cannot?"""

from __future__ import annotations

import poplib
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from actors import Outcome, outgoing
from actors.outgoing_message import compose_for
from actors.system import mail_manager, send_email_notifications
from actors.testing import FakeContext
from domain.mail.account import MailAccount
from domain.mail.draft import Attachment
from store import database
from store.outbox import notification
from store.outbox.notification import Notice
from tests.actors.system.mailing import NOW, account, add, answer, running, states, work
from tests.support.opened import DATABASES, opened_database
from tests.support.real_mail import PASSWORD, RealMail, real_mail

ANN, BOB, NOBODY = "ann@example.org", "bob@example.org", "nobody@example.org"


@pytest.fixture(scope="module")
def running_servers() -> Iterator[RealMail]:
    with real_mail() as server:
        yield server


@pytest.fixture
def server(running_servers: RealMail) -> RealMail:
    running_servers.empty()
    return running_servers


@pytest.fixture(params=DATABASES, autouse=True)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    yield from opened_database(request, tmp_path)


def settings(server: RealMail, folder: Path, **values: Any) -> MailAccount:
    """Those of this server; its port goes with the security."""
    security = str(values.get("security", "starttls"))
    given = {
        "host": "localhost",
        "security": security,
        "ca_file": str(server.ca_file),
        "user": "tickworks",
        "password": "env:MAIL",
        "timeout": 30.0,
    }
    port = server.port if security == "starttls" else server.tls_port
    return account(port, folder, **{**given, **values})


def at(minutes: float = 0, run_id: int = 1, password: str = PASSWORD) -> FakeContext:
    """A run of the Mail Manager so many minutes after the mails were written."""
    context = running(mail_manager.run, run_id, secrets={"env:MAIL": password})
    context.advance(minutes * 60)
    return context


def manage(server: RealMail, folder: Path, minutes: float = 0, run_id: int = 1, **values: Any) -> Outcome:
    """That run, done."""
    return work(at(minutes, run_id), settings(server, folder, **values))


@pytest.mark.parametrize(
    ("security", "text"),
    [
        ("starttls", "Sehr geehrte Frau Ångström,\n" + "€uro " * 400 + "\n"),
        ("tls", "A dot:\n.\n..two\nFrom here on\r\n\ttabs  \n" + "a long line " * 200 + "\n"),
    ],
)
@pytest.mark.covers("mail_manager", 1)
def test_a_mail_is_in_the_mailbox_as_it_was_written(
    server: RealMail, tmp_path: Path, security: str, text: str
) -> None:
    (tmp_path / "attachments").mkdir()
    (tmp_path / "attachments" / "Preise für Übersee.csv").write_bytes(b"1;\xff\x00\r\n2")
    files = (
        Attachment("logo.png", "image/png", b"\x89PNG\r\n\x1a\n.\r\n"),
        Attachment("Preise für Übersee.csv", "text/csv", reference="Preise für Übersee.csv"),
    )
    subject = "Grüße an Łódź, 東京 und 🚀 " + "und so weiter " * 8 + "!"
    add(subject, to=(ANN,), bcc=(BOB,), text=text, attachments=files)
    outcome = manage(server, tmp_path, security=security)
    assert (outcome.kind, outcome.counts, states()) == ("done", {"sent": 1}, ["sent"])
    (mail,) = server.arrived("ann")
    assert mail["Subject"] == subject
    assert mail["Message-ID"] == database.read().value("SELECT message_id FROM mail")
    assert mail["From"] == "Tickworks <t@example.org>"
    assert "bob" not in str(mail)
    body = mail.get_body()
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == text.replace("\r\n", "\n")
    found = {each.get_filename(): each.get_payload(decode=True) for each in mail.iter_attachments()}
    assert found == {"logo.png": files[0].content, "Preise für Übersee.csv": b"1;\xff\x00\r\n2"}
    (copy,) = server.arrived("bob")
    assert copy["Message-ID"] == mail["Message-ID"]


def test_a_notice_can_be_read_over_pop3(server: RealMail, tmp_path: Path) -> None:
    values = {"subject": "Überfällig", "text": "It is time."}
    database.write(lambda tx: notification.add(tx, Notice("key", (ANN,), NOW, values=values), NOW))
    context = running(send_email_notifications.run, 1, secrets={"env:MAIL": PASSWORD})
    assert work(context, settings(server, tmp_path)).counts == {"notices": 1, "sent": 1}
    server.arrived("ann")
    mailbox = poplib.POP3("127.0.0.1", server.pop3_port, timeout=20)
    with closing(mailbox):
        mailbox.user("ann")
        mailbox.pass_(PASSWORD)
        assert mailbox.stat()[0] == 1
        assert b"It is time." in mailbox.retr(1)[1]


def test_four_runs_at_once_bring_each_mail_once(server: RealMail, tmp_path: Path) -> None:
    for number in range(20):
        add(f"{number:02}", to=(ANN,))
    contexts = [at(run_id=number) for number in range(1, 5)]

    def one(context: FakeContext) -> None:
        work(context, settings(server, tmp_path))
        database.drop_connection()

    threads = [threading.Thread(target=one, args=(each,)) for each in contexts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(mail["Subject"] for mail in server.arrived("ann", 20)) == [
        f"{number:02}" for number in range(20)
    ]


@pytest.mark.parametrize(("setting", "wrong"), [("ca_file", ""), ("host", "mail.example.org")])
def test_a_server_that_cannot_show_who_it_is_gets_nothing(
    server: RealMail, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: str, wrong: str
) -> None:
    """Its CA is none that we trust, or its certificate is for another name."""
    found = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *more, **named: found("localhost", *more, **named)
    )
    add(to=(ANN,))
    outcome = work(at(), settings(server, tmp_path, **{setting: wrong}))
    assert (outcome.kind, states()) == ("failed", ["queued"])
    assert "its certificate is not trusted" in outcome.message


def test_a_wrong_password_is_told_and_tried_once_a_run(server: RealMail, tmp_path: Path) -> None:
    for number in range(5):
        add(str(number), to=(ANN,))
    before = server.sign_ins_refused()
    outcome = work(at(password="wr0ng-word"), settings(server, tmp_path))
    assert (outcome.kind, outcome.counts) == ("failed", {"left": 5})
    assert "sign-in refused: 535" in outcome.message
    assert "wr0ng-word" not in outcome.message
    assert server.sign_ins_refused() == before + 1
    assert manage(server, tmp_path, 5, run_id=2).counts == {"sent": 5}
    assert len(server.arrived("ann", 5)) == 5


def test_an_unknown_recipient_ends_it_for_him_alone(server: RealMail, tmp_path: Path) -> None:
    add("both", to=(ANN, NOBODY))
    add("nobody", to=(NOBODY,))
    add("last", to=(ANN,))
    outcome = manage(server, tmp_path)
    assert outcome.counts == {"sent": 2, "refused_recipients": 1, "failed": 1}
    assert states() == ["sent", "failed", "sent"]
    assert "550 5.1.1 <nobody@example.org>: Recipient address rejected: User unknown" in answer(2)
    assert manage(server, tmp_path, 10_000, run_id=2).counts == {}
    assert sorted(mail["Subject"] for mail in server.arrived("ann", 2)) == ["both", "last"]


def test_a_greylisted_recipient_gets_it_later_and_the_others_once(server: RealMail, tmp_path: Path) -> None:
    add(to=(ANN, BOB))
    server.answers(BOB, "450 4.2.0 greylisted, come again later")
    manage(server, tmp_path)
    assert states() == ["queued"]
    assert len(server.arrived("ann")) == 1
    assert manage(server, tmp_path, 0.5, run_id=2).counts == {}
    assert manage(server, tmp_path, 1, run_id=3).counts == {"later": 1}
    assert "450 4.2.0 <bob@example.org>: Recipient address rejected: greylisted" in answer()
    server.answers(BOB, None)
    assert manage(server, tmp_path, 2, run_id=4).counts == {}
    assert manage(server, tmp_path, 6, run_id=5).counts == {"sent": 1}
    (first,), (second,) = server.arrived("ann"), server.arrived("bob")
    assert first["Message-ID"] == second["Message-ID"]


def test_a_server_that_was_stopped_gets_each_mail_once_when_it_is_back(
    server: RealMail, tmp_path: Path
) -> None:
    add(to=(ANN,))
    server.stop_postfix()
    outcome = manage(server, tmp_path)
    assert (outcome.kind, outcome.message) == ("failed", f"localhost:{server.port}: Connection refused")
    server.start_postfix()
    assert manage(server, tmp_path, 1, run_id=2).counts == {"sent": 1}
    assert manage(server, tmp_path, 10_000, run_id=3).counts == {}
    assert len(server.arrived("ann")) == 1
    assert database.read().value("SELECT tries FROM mail") == 1


def test_a_server_that_was_started_again_in_a_run_costs_no_mail_a_try(
    server: RealMail, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its connection is gone when the second mail is to go over it."""
    add("first", to=(ANN,))
    add("second", to=(ANN,))

    def meanwhile(settings: MailAccount, mail: Any) -> tuple[str, bytes]:
        if mail.subject == "second":
            server.stop_postfix()
            server.start_postfix()
        return compose_for(settings, mail)

    monkeypatch.setattr(outgoing, "compose_for", meanwhile)
    assert manage(server, tmp_path).counts == {"sent": 2}
    assert sorted(mail["Subject"] for mail in server.arrived("ann", 2)) == ["first", "second"]


def test_a_list_of_dead_addresses_keeps_nobody_behind_it(server: RealMail, tmp_path: Path) -> None:
    """After 20 errors Postfix says 421 and closes the connection."""
    for number in range(25):
        add(str(number), to=(f"dead{number}@example.org",))
    add("good", to=(ANN,))
    assert manage(server, tmp_path).counts == {"failed": 25, "sent": 1}
    assert [mail["Subject"] for mail in server.arrived("ann")] == ["good"]


def test_a_mail_larger_than_the_server_takes_is_refused_with_its_reason(
    server: RealMail, tmp_path: Path
) -> None:
    (tmp_path / "attachments").mkdir()
    with (tmp_path / "attachments" / "big.bin").open("wb") as file:
        file.truncate(50 * 2**20)
    add("big", to=(ANN,), attachments=(Attachment("big.bin", reference="big.bin"),))
    add("small", to=(ANN,))
    outcome = manage(server, tmp_path, size_limit=100)
    assert (outcome.counts, states()) == ({"failed": 1, "sent": 1}, ["failed", "sent"])
    assert "552 5.3.4 Message size exceeds fixed limit" in answer(1)
    assert [mail["Subject"] for mail in server.arrived("ann")] == ["small"]
