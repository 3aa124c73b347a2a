"""What is refused before it gets into the outbox, and is it said in one line?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.mail.address import checked_address, checked_sender
from domain.mail.draft import LARGEST_KEPT, Attachment, Draft, checked
from domain.mail.problem import MailProblem

GOOD = Draft(once_key="k", to=("b@example.org",), subject="Hello", text="x")
BREAKS = ["\r\nBcc: spy@example.org", "\nX", "\rX", "\x00", "\x0b", "\x85", "\u2028"]


@pytest.mark.parametrize("added", BREAKS, ids=ascii)
@pytest.mark.parametrize(
    "field", ["once_key", "subject", "owner", "source", "sender", "to", "cc", "bcc", "name", "media_type"]
)
def test_no_header_field_takes_a_line_break(field: str, added: str) -> None:
    bad = {
        "sender": f"Ann{added} <a@example.org>",
        "to": (f"b@example.org{added}",),
        "cc": (f"c{added}@example.org",),
        "bcc": (f"c@example.org{added}",),
        "name": (Attachment(f"a{added}.txt", "text/plain", b""),),
        "media_type": (Attachment("a.txt", f"text/plain{added}", b""),),
    }.get(field, f"good{added}")
    draft = replace(GOOD, **{"attachments" if field in ("name", "media_type") else field: bad})
    with pytest.raises(MailProblem) as caught:
        checked(draft)
    assert len(str(caught.value).splitlines()) == 1


def test_a_good_draft_passes_and_each_recipient_counts_once() -> None:
    draft = checked(replace(GOOD, cc=("b@example.org", "c@bücher.example"), bcc=("d@example.org",)))
    assert draft.recipients() == [
        ("to", "b@example.org"),
        ("cc", "c@xn--bcher-kva.example"),
        ("bcc", "d@example.org"),
    ]


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(MailProblem) as caught:
        checked(Draft(once_key="", to=("nobody",), subject="a\nb", text="\0"))
    assert [part.split(":")[0] for part in str(caught.value).split("; ")[:2]] == ["once_key", "subject"]
    assert "nobody" in str(caught.value)
    assert "text: holds a NUL" in str(caught.value)


@pytest.mark.parametrize("count", [0, 101])
def test_a_mail_has_1_to_100_recipients(count: int) -> None:
    with pytest.raises(MailProblem, match=f"1 to 100, got {count}"):
        checked(replace(GOOD, to=tuple(f"u{n}@example.org" for n in range(count))))


@pytest.mark.parametrize(
    "text",
    [
        *("", "a", "@b.org", "a@", "a b@c.org", "a@b..org", "a@-b.org", "a..b@c.org", '"a b"@c.org'),
        *("é@example.org", "a@b.org,c@d.org", "a@b.org>", f"{'a' * 65}@b.org", f"a@{'b' * 64}.org"),
        f"a@{'.'.join(['b' * 60] * 5)}",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(MailProblem):
        checked_address("to", text)


@pytest.mark.parametrize("text", ["a@b.org", "o'brien+x=y@sub.example.co.uk", "a@localhost"])
def test_what_is_an_address_is_taken(text: str) -> None:
    assert checked_address("to", text) == text


def test_a_sender_may_have_a_name() -> None:
    sender = checked_sender("from", '"Ops, Jürgen" <o@example.org>')
    assert (sender.display_name, sender.addr_spec) == ("Ops, Jürgen", "o@example.org")


@pytest.mark.parametrize(
    "attachment",
    [
        Attachment("a/b.txt", "text/plain", b""),
        Attachment("a.txt", "text", b""),
        Attachment("a.txt", "text/plain"),
        Attachment("a.txt", "text/plain", b"", "x"),
        Attachment("a.txt", "text/plain", b"x" * (LARGEST_KEPT + 1)),
        Attachment("a.txt", "text/plain", reference="../etc/passwd"),
        Attachment("a.txt", "text/plain", reference="/etc/passwd"),
    ],
)
def test_an_attachment_is_a_file_below_the_folder_or_a_few_bytes(attachment: Attachment) -> None:
    with pytest.raises(MailProblem, match="attachment"):
        checked(replace(GOOD, attachments=(attachment,)))
