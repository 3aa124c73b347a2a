"""Is only that taken for somebody's words, or commands, which they wrote themselves?"""

from __future__ import annotations

import pytest

from domain.mail_in.command import Command, commands
from domain.mail_in.files import safe_name
from domain.mail_in.html import to_text
from domain.mail_in.parse import parse
from domain.mail_in.quoted import MARK, split
from domain.mail_in.rules import checked_pattern, fits
from domain.mail_in.threading import is_token, named, tagged, token

QUOTES = {
    "english": "yes\n\nOn Mon, 3 Jan 2028 at 10:00, Desk <d@example.org> wrote:\n> no",
    "two lines": "yes\n\nOn Mon, 3 Jan 2028 at 10:00, Desk\n<d@example.org> wrote:\n> no",
    "german": "yes\n\nAm 03.01.2028 um 10:00 schrieb Desk:\n> no",
    "outlook": "yes\n\nFrom: Desk\nSent: Monday\nTo: me\n\nno",
    "original": "yes\n-----Original Message-----\nno",
    "mark": f"yes\n> {MARK}\n> no",
    "bare": "yes\n\n> no\n> no",
    "signature": "yes\n-- \nno",
}


@pytest.mark.parametrize("text", QUOTES.values(), ids=QUOTES)
def test_what_is_quoted_is_apart(text: str) -> None:
    own, rest = split(text)
    assert own == "yes"
    assert "no" in rest


def test_answers_between_the_lines_stay_whole() -> None:
    assert split("> first?\nyes\n> second?\nno")[1] == ""


def test_commands_are_only_at_the_top() -> None:
    found, rest = commands("\n#Priority high\n#note  call them\nthe rest\n#close")
    assert found == [Command("priority", "high"), Command("note", "call them")]
    assert rest == "the rest\n#close"
    assert commands("#1 of my problems") == ([], "#1 of my problems")
    assert commands("please\n#close")[0] == []


def test_a_token_is_for_one_ticket_and_one_purpose() -> None:
    secret = "s" * 32
    mail = parse(f"Subject: Re: {tagged('x', 7, token(secret, 7))}\n\n".encode(), 1)
    assert [(number, is_token(given, secret, 7)) for number, given in named(mail)] == [(7, True)]
    assert not is_token(token(secret, 7), secret, 8)
    assert not is_token(token(secret, 7), secret, 7, "staff 1")


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Windows\\x.exe", "x.exe"),
        ("a\r\nb: c.txt", "ab c.txt"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("..", "attachment-1.bin"),
        ("CON.txt", "attachment-1.bin"),
        ("x" * 300 + ".pdf", "x" * 108 + ".pdf"),
    ],
)
def test_a_file_name_is_safe(given: str, safe: str) -> None:
    assert safe_name(given, 1) == safe


def test_html_becomes_what_a_reader_sees() -> None:
    html = "<style>p{}</style><p>Hi &amp; bye<br>x<script>alert(1)</script><blockquote>old</blockquote>"
    assert [line for line in to_text(html).split("\n") if line.strip("> ")] == ["Hi & bye", "x", "> old"]


def bomb(parts: int) -> bytes:
    return b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * parts


@pytest.mark.parametrize(
    "data",
    [
        bomb(200_000),
        b"From: " + b"a@b.c, " * 100_000 + b"\r\n\r\nx",
        b"Subject: " + b"=?utf-8?q?a?= " * 50_000 + b"\r\n\r\nx",
        b"Content-Type: text/html\r\n\r\n" + b"<a " * 300_000,
        b"Content-Type: text/html\r\n\r\n" + b"<!--" * 200_000,
        b"\xff\xfe\x00" * 1000,
        b"",
    ],
    ids=["parts", "from", "subject", "tags", "comments", "rubbish", "nothing"],
)
def test_a_bomb_does_not_go_off(data: bytes) -> None:
    """With the plain library each of them takes minutes, and the limit of a test ends it."""
    assert parse(data, len(data)).size == len(data)


def test_an_archive_is_never_opened_and_too_much_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("domain.mail_in.parse.MOST_UNPACKED", 1000)
    part = b"--b\r\nContent-Type: application/zip\r\nContent-Disposition: attachment; filename=a.zip\r\n\r\n"
    data = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + (part + b"P" * 600 + b"\r\n") * 5
    found = parse(data, len(data))
    assert len(found.files) == 2
    assert "unpacked" in found.troubles[0]


def test_rules_fit_in_any_case_and_patterns_are_bounded() -> None:
    assert fits("contains", "[SPAM]", "re: [spam] x")
    assert fits("equals", "Help", "help ")
    assert fits("matches", "win * now?", "Win a car now!")
    assert fits("matches", "[a]*", "[A] x")
    assert not fits("matches", "[a]*", "a x")
    with pytest.raises(ValueError, match="at most 10 stars"):
        checked_pattern("*a" * 11)
    assert not fits("matches", "*a" * 10 + "b", "a" * 20_000)
