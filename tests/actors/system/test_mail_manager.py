"""Does the Mail Manager bring each mail to the mailbox, once, whatever the server and its neighbours do?"""

from __future__ import annotations

import email
import email.policy
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from actors import outgoing
from actors.system import mail_manager
from actors.testing import FakeContext
from domain.mail.account import MailAccount
from domain.mail.draft import Attachment
from store import database
from tests.actors.system.mailing import NOW, account, add, answer, running, states, work
from tests.support.faulty_smtp import DROP, HANG, faulty
from tests.support.mail_server import PASSWORD, USER, MailServer
from tests.support.opened import DATABASES, opened_database
from tests.support.process import free_port


@pytest.fixture(params=DATABASES, autouse=True)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    yield from opened_database(request, tmp_path)


@pytest.fixture
def mail_server(tmp_path: Path) -> Iterator[MailServer]:
    server = MailServer(tmp_path).start()
    yield server
    server.stop()


@pytest.fixture
def context() -> FakeContext:
    return running(mail_manager.run)


def later(minutes: float, run_id: int) -> FakeContext:
    """A run some time after the first."""
    context = running(mail_manager.run, run_id)
    context.advance(minutes * 60)
    return context


@pytest.mark.covers("mail_manager", 1)
def test_a_mail_with_files_is_in_the_mailbox(
    context: FakeContext, mail_server: MailServer, tmp_path: Path
) -> None:
    (tmp_path / "attachments").mkdir()
    (tmp_path / "attachments" / "rates.csv").write_bytes(b"1;2\n")
    files = (
        Attachment("logo.png", "image/png", b"\x89PNG"),
        Attachment("rates.csv", "text/csv", reference="rates.csv"),
    )
    add("Grüße", html="<b>Text</b>", bcc=("boss@example.org",), attachments=files)
    outcome = work(context, account(mail_server.port, tmp_path))
    assert (outcome.kind, outcome.counts, states()) == ("done", {"sent": 1}, ["sent"])
    (mail,) = mail_server.mails()
    assert (mail["Subject"], mail["From"]) == ("Grüße", "Tickworks <t@example.org>")
    assert mail["X-RcptTo"] == "b@example.org, boss@example.org"
    assert "boss" not in str(mail["To"]) + str(mail["Cc"])
    found = {each.get_filename(): each.get_payload(decode=True) for each in mail.iter_attachments()}
    assert found == {"logo.png": b"\x89PNG", "rates.csv": b"1;2\n"}


def test_it_signs_in_over_tls_with_the_password_behind_the_reference(tmp_path: Path) -> None:
    server = MailServer(tmp_path, "starttls", sign_in=True).start()
    try:
        context = running(mail_manager.run, secrets={"env:MAIL": PASSWORD})
        add()
        settings = {"security": "starttls", "user": USER, "password": "env:MAIL"}
        work(
            context, account(server.port, tmp_path, host="localhost", ca_file=str(server.ca_file), **settings)
        )
        assert len(server.mails()) == 1
    finally:
        server.stop()


def test_four_runs_at_once_send_each_mail_once(mail_server: MailServer, tmp_path: Path) -> None:
    for number in range(40):
        add(f"{number:02}")
    contexts = [running(mail_manager.run, number) for number in range(1, 5)]
    settings = account(mail_server.port, tmp_path)
    done: list[Any] = []

    def one(context: FakeContext) -> None:
        done.append(work(context, settings))
        database.drop_connection()

    threads = [threading.Thread(target=one, args=(each,)) for each in contexts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [mail["Subject"] for mail in mail_server.mails()] == [f"{number:02}" for number in range(40)]
    assert sum(each.counts.get("sent", 0) for each in done) == 40


def test_a_mail_that_was_under_way_comes_again_under_the_same_id_after_a_wait(
    context: FakeContext, tmp_path: Path
) -> None:
    add()
    with faulty(END=[DROP, "250 taken"]) as peer:
        settings = account(peer.port, tmp_path)
        assert work(context, settings).counts == {"unknown": 1}
        assert states() == ["unknown"]
        assert work(later(14, 2), settings).counts == {}
        again = later(15, 3)
        assert work(again, settings).counts == {"sent": 1}
    read = [email.message_from_bytes(each, policy=email.policy.default) for each in peer.messages]
    assert len(read) == 2
    assert (read[0]["Message-ID"], read[0]["Date"]) == (read[1]["Message-ID"], read[1]["Date"])
    assert "may have come twice" in answer()
    assert any("may have come twice" in line for line in again.log.lines)


def test_4xx_waits_and_then_goes(context: FakeContext, tmp_path: Path) -> None:
    add()
    with faulty(RCPT=["450 greylisted", "250 ok"]) as peer:
        settings = account(peer.port, tmp_path)
        assert work(context, settings).counts == {"later": 1}
        assert "450 greylisted" in answer()
        assert work(later(0.5, 2), settings).counts == {}
        assert work(later(1, 3), settings).counts == {"sent": 1}


def test_5xx_ends_it(context: FakeContext, tmp_path: Path) -> None:
    add()
    with faulty(RCPT="550 no such user") as peer:
        settings = account(peer.port, tmp_path)
        assert work(context, settings).counts == {"failed": 1}
        assert work(later(10_000, 2), settings).counts == {}
    assert peer.verbs.count("RCPT") == 1
    assert "550 no such user" in answer()


def test_tries_end(tmp_path: Path) -> None:
    add()
    with faulty(END="451 later") as peer:
        for number in range(1, 6):
            work(later(number * 1000, number), account(peer.port, tmp_path, tries=3))
    assert (states(), len(peer.messages)) == (["failed"], 3)


def test_poison_keeps_nobody_behind_it(
    context: FakeContext, mail_server: MailServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that is too large, one whose file is gone, one that meets a fault of our own; and a good one."""
    (tmp_path / "attachments").mkdir()
    with (tmp_path / "attachments" / "big.bin").open("wb") as file:
        file.truncate(50 * 2**20)
    add("big", attachments=(Attachment("big.bin", reference="big.bin"),))
    add("gone", attachments=(Attachment("gone.bin", reference="gone.bin"),))
    add("bug")
    add("good")
    real = outgoing.compose_for

    def broken(settings: MailAccount, mail: Any) -> tuple[str, bytes]:
        if mail.subject == "bug":
            raise ZeroDivisionError("a fault")
        return real(settings, mail)

    monkeypatch.setattr(outgoing, "compose_for", broken)
    outcome = work(context, account(mail_server.port, tmp_path))
    assert states() == ["failed", "failed", "queued", "sent"]
    assert outcome.counts == {"failed": 2, "later": 1, "sent": 1}
    assert [mail["Subject"] for mail in mail_server.mails()] == ["good"]
    assert "more than mail.size_limit (25 MB)" in answer(1)
    assert "gone.bin cannot be read: No such file" in answer(2)
    assert "ZeroDivisionError: a fault" in answer(3)


@pytest.mark.parametrize("script", [{"GREETING": DROP}, {"GREETING": "554 no"}, {"EHLO": "250 no TLS"}])
def test_a_server_in_trouble_is_asked_once_and_its_mail_costs_no_try(
    context: FakeContext, tmp_path: Path, script: dict[str, str]
) -> None:
    for number in range(5):
        add(str(number))
    with faulty(**script) as peer:
        outcome = work(context, account(peer.port, tmp_path, security="starttls"))
    assert peer.verbs.count("EHLO") <= 1
    assert outcome.kind == "failed"
    assert f"127.0.0.1:{peer.port}: " in outcome.message
    rows = database.read().all("SELECT state, tries, not_before FROM mail")
    assert rows == [("queued", 0, NOW)] * 5


def test_a_connection_that_was_closed_while_idle_costs_no_try(context: FakeContext, tmp_path: Path) -> None:
    add("a")
    add("b")
    with faulty(MAIL=["250 ok", "421 idle for too long", "250 ok"], RSET=DROP) as peer:
        assert work(context, account(peer.port, tmp_path)).counts == {"sent": 2}
    assert (len(peer.messages), peer.verbs.count("EHLO")) == (2, 2)
    assert database.read().all("SELECT tries FROM mail") == [(1,), (1,)]


def test_a_server_that_closes_a_new_connection_is_not_pressed(context: FakeContext, tmp_path: Path) -> None:
    add()
    with faulty(MAIL="421 too busy", RSET=DROP) as peer:
        assert work(context, account(peer.port, tmp_path)).counts == {"later": 1}
    assert peer.verbs.count("EHLO") == 1


def test_no_server_at_all_is_one_clear_line(context: FakeContext, tmp_path: Path) -> None:
    add()
    port = free_port()
    assert work(context, account(port, tmp_path)).message == f"127.0.0.1:{port}: Connection refused"


def test_a_secret_that_is_not_there_is_named(context: FakeContext, tmp_path: Path) -> None:
    add()
    outcome = work(context, account(1, tmp_path, user="u", password="env:NOT_THERE"))
    assert outcome.kind == "failed"
    assert "mail.password: no secret 'env:NOT_THERE'" in outcome.message


def test_a_stop_comes_between_two_mails(context: FakeContext, tmp_path: Path) -> None:
    add("a")
    add("b")
    with faulty() as peer:
        settings = account(peer.port, tmp_path)
        context.ports.stop_after = 1  # one look, before the first mail
        outcome = work(context, settings)
    assert (outcome.kind, outcome.counts) == ("partial", {"sent": 1, "left": 1})
    assert states() == ["sent", "queued"]


def test_a_stop_does_not_wait_for_a_server_that_hangs(
    context: FakeContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backends.cut_off.STOP_GRACE", 0.1)
    add("a")
    add("b")
    with faulty(MAIL=HANG) as peer:

        def stop() -> None:
            peer.hanging.wait(20)
            context.ports.stop = "cancel"

        asker = threading.Thread(target=stop)
        asker.start()
        outcome = work(context, account(peer.port, tmp_path, timeout=100))
        asker.join()
    assert outcome.kind == "partial"
    assert states() == ["queued", "queued"]


def test_the_rate_is_kept_within_a_run_and_over_runs(context: FakeContext, tmp_path: Path) -> None:
    for number in range(5):
        add(str(number))
    with faulty() as peer:
        settings = account(peer.port, tmp_path, per_host_rate=2, longest=100)
        outcome = outgoing.send_waiting(context, settings, pause=context.advance)
    assert outcome.counts == {"sent": 4, "left": 1}
    assert outcome.message == "the rate of 127.0.0.1 is reached"
    times = [row[0] - NOW for row in database.read().all("SELECT at FROM mail_try ORDER BY at")]
    assert times == [0, 0, 60, 60]


def test_at_most_so_many_go_in_a_run(context: FakeContext, tmp_path: Path) -> None:
    for number in range(5):
        add(str(number))
    with faulty() as peer:
        outcome = work(context, account(peer.port, tmp_path, per_run=3))
    assert (outcome.kind, outcome.counts) == ("partial", {"sent": 3, "left": 2})
    assert context.ports.progressed == [(0, 3), (1, 3), (2, 3)]


def test_a_site_that_observes_keeps_mail_in_its_folder(context: FakeContext, tmp_path: Path) -> None:
    add("Hello")
    settings = MailAccount(observe=True, folder=str(tmp_path / "mail"))
    assert work(context, settings).counts == {"kept": 1}
    (path,) = (tmp_path / "mail").iterdir()
    assert path.suffix == ".eml"
    assert email.message_from_bytes(path.read_bytes(), policy=email.policy.default)["Subject"] == "Hello"
    assert (states(), answer()) == (["kept"], f"kept in {path}")


def test_a_folder_that_cannot_be_written_keeps_the_mail_waiting(context: FakeContext, tmp_path: Path) -> None:
    add()
    (tmp_path / "mail").write_text("a file in the folder's place")
    outcome = work(context, MailAccount(observe=True, folder=str(tmp_path / "mail")))
    assert (outcome.kind, states()) == ("failed", ["queued"])
    assert f"mail cannot be kept in {tmp_path}/mail: " in outcome.message


def test_a_run_that_was_taken_for_dead_sends_no_more(
    context: FakeContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add()
    real = outgoing.compose_for

    def frozen(settings: MailAccount, mail: Any) -> tuple[str, bytes]:
        database.write(lambda tx: tx.run("UPDATE run SET state = 'lost', ended_at = 2.0"))
        return real(settings, mail)

    monkeypatch.setattr(outgoing, "compose_for", frozen)
    with faulty() as peer:
        work(context, account(peer.port, tmp_path))
    assert peer.messages == []
