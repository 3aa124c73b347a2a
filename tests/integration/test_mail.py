"""Does a mail that a service puts into the outbox reach the mailbox in a whole system, also over a kill?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from domain.mail.draft import Draft
from store import database
from store.outbox.put import put
from tests.integration.conftest import StartSite
from tests.support.faulty_smtp import HANG, faulty
from tests.support.mail_server import MailServer
from tests.support.real_mail import PASSWORD, real_mail
from tests.support.site import RunningSite
from tests.support.until import until

SERVICES = """
from actors import Context, service


@service()
def writes(context: Context) -> None:
    from domain.mail.draft import Draft
    from store import database
    from store.outbox.put import put

    draft = Draft("invoice:7", ("ann@example.org",), "Invoice 7", "Dear Ann", source="writes")
    database.write(lambda tx: put(tx, draft, context.now.timestamp()))
"""

PLAIN = """
host = "127.0.0.1"
security = "none"
"""


@pytest.fixture
def mail_server(tmp_path: Path) -> Iterator[MailServer]:
    server = MailServer(tmp_path).start()
    yield server
    server.stop()


def with_mail(monkeypatch: pytest.MonkeyPatch, port: int, server: str = PLAIN) -> None:
    mail = f"""
[mail]
{server}
port = {port}
sender = "t@example.org"
[site]
"""
    plain = RunningSite._settings
    monkeypatch.setattr(RunningSite, "_settings", lambda site: plain(site).replace("[site]", mail))


def test_what_a_service_writes_is_in_the_mailbox_once(
    start_site: StartSite, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_mail(monkeypatch, mail_server.port)
    site = start_site(SERVICES)
    for _ in range(2):
        site.until_state(site.force("writes"), "succeeded")
    run = site.until_state(site.force("mail_manager"), "succeeded", "failed")
    assert (run["state"], run["error"]) == ("succeeded", None)
    assert [mail["Subject"] for mail in mail_server.mails()] == ["Invoice 7"]


def test_it_reaches_a_mailbox_by_the_settings_of_the_site(
    start_site: StartSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TLS, a CA of one's own and a password in a file, through Postfix and Dovecot."""
    (tmp_path / "password").write_text(f"{PASSWORD}\n")
    with real_mail() as server:
        signed = f'''
host = "localhost"
ca_file = "{server.ca_file}"
user = "tickworks"
password = "file:password"
'''
        with_mail(monkeypatch, server.port, signed)
        site = start_site(SERVICES)
        site.until_state(site.force("writes"), "succeeded")
        run = site.until_state(site.force("mail_manager"), "succeeded", "failed")
        assert (run["state"], run["error"]) == ("succeeded", None)
        assert [mail["Subject"] for mail in server.arrived("ann")] == ["Invoice 7"]


def test_a_mail_of_a_killed_worker_is_doubted_and_waits(
    start_site: StartSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    with faulty(END=HANG) as peer:
        with_mail(monkeypatch, peer.port)
        site = start_site(SERVICES)
        database.write(lambda tx: put(tx, Draft("k", ("ann@example.org",), "S", "T"), 0.0))
        site.force("mail_manager")
        until(peer.hanging.is_set, "the message is under way", seconds=60)
        # Not always the forced run: one that is planned, or the first look, may have come before it.
        row = database.read().one(
            """SELECT r.id, p.pid FROM mail m JOIN run r ON r.id = m.claim_run
               JOIN process p ON p.id = r.process_id"""
        )
        assert row is not None
        psutil.Process(row[1]).kill()
        site.until_state(row[0], "lost")
        site.until_state(site.force("mail_manager"), "succeeded")
    assert len(peer.messages) == 1
    left = database.read().one("SELECT state, answer, not_before - created_at >= 900 FROM mail")
    assert left is not None
    assert (left[0], left[1], bool(left[2])) == ("unknown", "the run ended in the middle of sending", True)
