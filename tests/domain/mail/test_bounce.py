"""Is a delivery report understood, and nothing else taken for one?"""

from __future__ import annotations

import email

import pytest

from domain.mail import bounce

#: As Postfix writes it (RFC 3464), shortened.
REPORT = b"""From: MAILER-DAEMON@mx.example.org
To: t@example.org
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

This is the mail system at host mx.example.org.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; gone@example.net
Original-Recipient: rfc822;gone@example.net
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <gone@example.net>: Recipient
    address rejected: User unknown

Final-Recipient: rfc822; late@example.net
Action: delayed
Status: 4.4.1
--b
Content-Type: message/rfc822

From: t@example.org
Message-ID: <0123@example.org>
Subject: News

Dear
--b--
"""


def test_each_recipient_of_a_report_is_read_with_status_and_message() -> None:
    gone, late = bounce.read(email.message_from_bytes(REPORT))
    assert (gone.address, gone.status, gone.message_id) == ("gone@example.net", "5.1.1", "<0123@example.org>")
    assert (gone.final, gone.no_such_address) == (True, True)
    assert gone.said.endswith("User unknown")
    assert (late.address, late.final, late.no_such_address) == ("late@example.net", False, False)


def test_the_head_of_our_mail_alone_is_enough() -> None:
    data = REPORT.replace(b"Content-Type: message/rfc822", b"Content-Type: text/rfc822-headers")
    assert bounce.read(email.message_from_bytes(data))[0].message_id == "<0123@example.org>"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"multipart/report", b"multipart/mixed"),
        (b"message/delivery-status", b"text/plain"),
        (b"Message-ID: <0123@example.org>", b"X: y"),
        (b"Status: ", b"Staatus: "),
        (b"rfc822; ", b"x-unknown; "),
    ],
)
def test_what_does_not_say_of_whom_and_of_which_mail_is_none(old: bytes, new: bytes) -> None:
    data = REPORT.replace(b"Original-Recipient: rfc822;gone@example.net\n", b"").replace(old, new)
    assert bounce.read(email.message_from_bytes(data)) == []


@pytest.mark.parametrize(
    ("answer", "dead"),
    [
        ("550 5.1.1 no such user", True),
        ("550 5.1.10 null MX", True),
        ("550 5.7.1 we do not like you", False),
        ("552 5.2.2 mailbox full", False),
        ("450 4.1.1 later", False),
        ("550 no", False),
    ],
)
def test_only_a_wrong_address_is_dead(answer: str, dead: bool) -> None:
    assert bounce.no_such_address(answer) is dead
