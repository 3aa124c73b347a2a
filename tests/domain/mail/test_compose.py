"""Are the bytes of a mail what any mail program reads as it was meant?"""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage
from typing import Any

import pytest

from domain.mail.address import checked_sender
from domain.mail.compose import compose
from domain.mail.problem import MailProblem


def composed(**values: Any) -> bytes:
    given: dict[str, Any] = {
        "sender": checked_sender("from", "Tickworks <t@example.org>"),
        "to": ["b@example.org"],
        "cc": [],
        "subject": "Hello",
        "text": "Text",
        "html": None,
        "files": [],
        "message_id": "<1@example.org>",
        "at": 1_800_000_000.0,
        "size_limit": 2**20,
    }
    return compose(**{**given, **values})


def read(data: bytes) -> EmailMessage:
    return email.message_from_bytes(data, policy=email.policy.default)


def test_fields_text_html_and_files_are_read_back() -> None:
    long = "Ein sehr langer Betreff mit Umlauten äöü und 漢字 " * 5
    data = composed(
        subject=long.strip(),
        cc=["c@example.org"],
        text="Grüße\n.\nFrom here",
        html="<b>Grüße</b>",
        files=[("Preisliste ä.csv", "text/csv", b"a;b\r\n\xff")],
    )
    assert max(map(len, data.split(b"\r\n"))) < 998
    assert data.isascii()
    mail = read(data)
    assert (mail["Subject"], mail["To"], mail["Cc"]) == (long.strip(), "b@example.org", "c@example.org")
    assert (mail["From"], mail["Message-ID"]) == ("Tickworks <t@example.org>", "<1@example.org>")
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert text.get_content().splitlines() == ["Grüße", ".", "From here"]
    assert html is not None
    assert html.get_content().strip() == "<b>Grüße</b>"
    file = next(mail.iter_attachments())
    assert (file.get_filename(), file.get_payload(decode=True)) == ("Preisliste ä.csv", b"a;b\r\n\xff")


def test_the_same_mail_is_the_same_at_every_try() -> None:
    assert composed() == composed()


def test_50_mb_are_refused_before_they_are_packed() -> None:
    with pytest.raises(MailProblem, match=r"50\.0 MB, more than mail\.size_limit \(25 MB\)"):
        composed(files=[("big.bin", "application/octet-stream", bytes(50 * 2**20))], size_limit=25 * 2**20)


def test_the_limit_is_on_what_goes_over_the_line() -> None:
    with pytest.raises(MailProblem, match="more than"):
        composed(files=[("a.bin", "application/octet-stream", bytes(900_000))])


@pytest.mark.parametrize(
    "values", [{"subject": "a\r\nBcc: x@y.z"}, {"message_id": "<a>\r\nX: y"}, {"to": ["a@b.org\r\nX: y"]}]
)
def test_no_field_gets_a_second_line(values: dict[str, Any]) -> None:
    with pytest.raises(MailProblem):
        composed(**values)
