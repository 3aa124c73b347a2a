"""Does mail of a family that observes stay here, while the site's own goes out?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from actors.system import mail_manager, send_email_notifications
from store import database, live_family
from store.outbox import notification
from tests.actors.system.mailing import NOW, account, add, answer, running, states, work
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


def test_mail_of_an_observing_family_is_kept_and_the_sites_own_is_sent(
    mail_server: MailServer, tmp_path: Path
) -> None:
    add("to customers", family="cloud")
    add("to staff")
    database.write(lambda tx: live_family.switch(tx, "voice", True, by="anna", now=NOW))
    add("to callers", family="voice")
    outcome = work(running(mail_manager.run), account(mail_server.port, tmp_path))
    assert dict(outcome.counts) == {"kept": 1, "sent": 2}
    assert states() == ["kept", "sent", "sent"]
    assert answer(1).startswith(f"kept in {tmp_path}/mail/")
    assert len(list((tmp_path / "mail").glob("*.eml"))) == 1


def test_a_notice_takes_its_family_into_its_mail(mail_server: MailServer, tmp_path: Path) -> None:
    values = {"subject": "Ends soon", "text": "Renew it."}
    notice = notification.Notice("n", ("b@example.org",), NOW, values=values, family="cloud")
    database.write(lambda tx: notification.add(tx, notice, NOW))
    work(running(send_email_notifications.run), account(mail_server.port, tmp_path))
    assert states() == ["kept"]
