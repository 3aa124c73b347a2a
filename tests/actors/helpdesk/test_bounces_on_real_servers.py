"""Is a mail that Postfix sends back found in the mailbox, and does its address get no campaign any more?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from actors import Outcome
from store import database
from store.campaign import suppressed
from tests.actors.dns.scene import add
from tests.actors.helpdesk.campaign_scene import campaign, context, go_live, settings, states, work
from tests.support.real_mail import PASSWORD, RealMail

ANN, GONE = "ann@example.org", "gone@example.org"


def send(server: RealMail, folder: Path, run_id: int, later: float = 0.0, **values: Any) -> Outcome:
    """One run through Postfix; what cannot be delivered comes back to the sender."""
    options = settings(
        server.port,
        folder,
        **{
            "host": "localhost",
            "security": "starttls",
            "ca_file": str(server.ca_file),
            "user": "tickworks",
            "password": "env:BOX",
            "sender": "News <tickworks@example.org>",
            "timeout": 30.0,
            **values,
        },
    )
    return work(context(run_id, later, secrets={"env:BOX": PASSWORD}), options)


@pytest.fixture
def sent_back(opened: None, mail: RealMail, tmp_path: Path) -> RealMail:
    """A campaign went to two people; Dovecot does not know one of them, and Postfix has reported that."""
    go_live()
    # Postfix takes mail for it, and learns from Dovecot that there is no such mailbox.
    known = mail.folder / "postfix" / "mailboxes"
    if GONE not in known.read_text():
        known.write_text(f"{known.read_text()}{GONE} gone\n")
    campaign(ANN, GONE)
    assert send(mail, tmp_path, 1).counts["sent"] == 2
    assert states() == {ANN: "sent", GONE: "sent"}, "the server has taken both"
    mail.arrived("tickworks")
    return mail


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
@pytest.mark.covers("send_email_campaign", 1)
def test_what_comes_back_is_a_bounce_and_the_address_is_left_out_from_then_on(
    sent_back: RealMail, tmp_path: Path, protocol: str
) -> None:
    port = sent_back.imap_port if protocol == "imap" else sent_back.pop3_port
    box = {"protocol": protocol, "host": "127.0.0.1", "port": port, "security": "none"}
    add("mail_account", name="returns", username="tickworks", password="env:BOX", **box)
    sent_back.deliver("tickworks", b"From: kim@example.net\r\nSubject: Thanks\r\n\r\nNice news.\r\n")
    outcome = send(sent_back, tmp_path, 2, 61, bounces="returns")
    assert (outcome.kind, outcome.counts) == ("done", {"bounced": 1})
    assert states() == {ANN: "sent", GONE: "bounced"}
    ((row,), _) = suppressed.page(database.read(), None, 10)
    assert (row["address"], row["why"]) == (GONE, "bounced")
    assert row["said"].startswith("5.1.1 ")
    again = send(sent_back, tmp_path, 3, 122, bounces="returns")
    assert again.counts == {}, "each report counts once"
    assert len(sent_back.arrived("tickworks")) == 2, "nothing is taken out of that mailbox"
    campaign(ANN, GONE, name="more", start=180.0)
    send(sent_back, tmp_path, 4, 183)
    assert [mail["Subject"] for mail in sent_back.arrived("ann", 2)] == ["News for you", "News for you"]
    assert len(sent_back.arrived("tickworks")) == 2, "nothing went to the dead address again"


def test_a_mailbox_that_cannot_be_read_loses_no_report(sent_back: RealMail, tmp_path: Path) -> None:
    box = {"protocol": "imap", "host": "127.0.0.1", "port": sent_back.imap_port, "security": "none"}
    account = add("mail_account", name="returns", username="tickworks", password="env:WRONG", **box)
    outcome = send(sent_back, tmp_path, 2, 61, bounces="returns")
    assert (outcome.kind, states()[GONE]) == ("partial", "sent")
    assert outcome.message.startswith("bounces: returns: ")
    database.write(lambda tx: tx.run("UPDATE mail_account SET password = 'env:BOX' WHERE id = ?", (account,)))
    assert send(sent_back, tmp_path, 3, 122, bounces="returns").counts == {"bounced": 1}
