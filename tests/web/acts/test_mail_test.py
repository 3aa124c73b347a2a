"""Does the test mail go the way of all mail, once for each press, and only where mail can go out?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from store import database
from tests.support.visitors import FILE, Application, running_application
from web.acts.mail_test import send_test
from web.acts.refusal import Refusal

MAIL = """
[mail]
host = "mail.example.org"
sender = "Tickworks <jobs@example.org>"
"""


@pytest.fixture
def with_mail(tmp_path: Path, engine_database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Application]:
    yield from running_application(tmp_path, monkeypatch, FILE + MAIL)


def outbox() -> list[tuple[str, str]]:
    """(address, subject) of every mail."""
    return [
        (row[0], row[1])
        for row in database.read().all(
            "SELECT r.address, m.subject FROM mail m JOIN mail_recipient r ON r.mail_id = m.id ORDER BY m.id"
        )
    ]


def test_each_press_is_a_mail_in_the_outbox_and_its_sender_runs(with_mail: Application) -> None:
    first = send_test(with_mail.site, " ann@example.org ", by="ann")
    second = send_test(with_mail.site, "ann@example.org", by="ann")
    assert outbox() == [("ann@example.org", "Test mail of Tickworks")] * 2
    assert first.mail != second.mail
    run = database.read().one("SELECT service, requested_by FROM run WHERE id = ?", (first.run,))
    assert run == ("mail_manager", "ann")
    assert [row["action"] for row in with_mail.audit()[:2]] == ["test mail", "test mail"]


def test_without_a_server_it_says_what_is_missing(application: Application) -> None:
    with pytest.raises(Refusal, match=r"set mail\.host and mail\.sender in the configuration"):
        send_test(application.site, "ann@example.org", by="ann")
    assert outbox() == []


@pytest.mark.parametrize("address", ["", "ann", "a@b\nBcc: x@y.org", "a@b.org, c@d.org", "a@b.org\0"])
def test_an_address_that_is_none_is_refused(with_mail: Application, address: str) -> None:
    with pytest.raises(Refusal, match="the address cannot be used"):
        send_test(with_mail.site, address, by="ann")
    assert outbox() == []


def test_the_page_says_what_came_of_it(with_mail: Application) -> None:
    admin = with_mail.signed_in("admin")
    assert "jobs@example.org" in admin.get("/settings/mail").text
    answer = admin.post("/settings/mail/test", data={"to": "ann@example.org"}, headers={"hx-request": "true"})
    assert answer.headers["hx-redirect"] == "/settings/mail"
    text = admin.get("/settings/mail").text
    assert "to ann@example.org is in the outbox: run" in text
