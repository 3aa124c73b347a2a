"""Does a notice go out when it is due, once, and leave the other mail to the Mail Manager?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from actors.system import mail_manager, send_email_notifications
from store import database
from store.outbox import notification
from store.outbox.notification import Notice
from tests.actors.system.mailing import NOW, account, add, running, states, work
from tests.support.mail_server import MailServer
from tests.support.opened import DATABASES, opened_database


@pytest.fixture(params=DATABASES, autouse=True)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    yield from opened_database(request, tmp_path)


@pytest.fixture
def mail_server(tmp_path: Path) -> Iterator[MailServer]:
    server = MailServer(tmp_path).start()
    yield server
    server.stop()


def notice(key: str, due_at: float = NOW) -> None:
    values = {"subject": f"About {key}", "text": "It is time."}
    made = Notice(key, ("ann@example.org",), due_at, values=values)
    database.write(lambda tx: notification.add(tx, made, NOW))


@pytest.mark.covers("send_email_notifications", 1)
def test_what_is_due_is_in_the_mailbox_once(mail_server: MailServer, tmp_path: Path) -> None:
    notice("now")
    notice("tomorrow", NOW + 86_400)
    settings = account(mail_server.port, tmp_path)
    assert work(running(send_email_notifications.run, 1), settings).counts == {"notices": 1, "sent": 1}
    assert work(running(send_email_notifications.run, 2), settings).counts == {}
    assert work(running(mail_manager.run, 3), settings).counts == {}
    (mail,) = mail_server.mails()
    assert (mail["Subject"], mail.get_content().strip()) == ("About now", "It is time.")


def test_other_mail_is_the_mail_managers(mail_server: MailServer, tmp_path: Path) -> None:
    add("invoice")
    notice("now")
    work(running(send_email_notifications.run), account(mail_server.port, tmp_path))
    assert [mail["Subject"] for mail in mail_server.mails()] == ["About now"]
    assert states() == ["queued", "sent"]


def test_a_notice_whose_template_is_gone_stops_alone(mail_server: MailServer, tmp_path: Path) -> None:
    notice("old")
    notice("new")
    database.write(lambda tx: tx.run("UPDATE notification SET template = 'gone' WHERE once_key = 'old'"))
    context = running(send_email_notifications.run)
    outcome = work(context, account(mail_server.port, tmp_path))
    assert outcome.counts == {"notices": 1, "bad_notices": 1, "sent": 1}
    rows = database.read().all("SELECT state, error FROM notification ORDER BY id")
    assert rows == [("failed", "template: there is no 'gone'; there is notice"), ("mailed", None)]
