"""From the bytes of a mail to what the helpdesk knows of it: nothing in a mail can break it or fill it.

Every text comes out without NUL and half characters, every limit leaves a line in `troubles`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import policy
from email.message import Message
from email.parser import BytesParser
from email.utils import getaddresses, parseaddr
from typing import Any

from domain.mail.address import checked_address
from domain.mail.problem import MailProblem
from domain.mail_in.files import File, safe_name, safe_type
from domain.mail_in.html import to_text

MOST_PARTS = 200
DEEPEST = 12
#: Lines that could be the border of a part: the library takes long over very many.
MOST_BOUNDARIES = 5_000
#: Bytes of all parts when they are decoded, and characters of the text that is kept.
MOST_UNPACKED = 64 * 2**20
LONGEST_TEXT = 200_000
LONGEST_SUBJECT = 250
#: Characters of one header field that are read, and fields of one name.
LONGEST_FIELD = 8_000
MOST_REFERENCES = 50
_ID = re.compile(r"<[^<>\s]{1,400}>")


@dataclass(frozen=True)
class Parsed:
    """`sender` is a bare address, "" where there is none that can be answered. `size` in bytes."""

    message_id: str | None
    date: str
    sender: str
    sender_name: str
    to: str
    subject: str
    text: str
    files: tuple[File, ...]
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    fields: dict[str, str]
    size: int
    sha256: str
    troubles: tuple[str, ...] = ()

    @property
    def identity(self) -> str | None:
        """The same for two copies of one mail that came different ways; None without a Message-ID."""
        if self.message_id is None:
            return None
        whole = "\n".join((self.message_id, self.sender.lower(), self.date))
        return hashlib.sha256(whole.encode("utf-8", "replace")).hexdigest()


@dataclass
class _Found:
    """What the parts of a mail hold, while they are gone through."""

    plain: list[str] = field(default_factory=list)
    html: list[str] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    unpacked: int = 0


def parse(data: bytes, size: int, whole: bool = True) -> Parsed:
    """Read a mail; `size` is that of all of it. Not `whole`: `data` is its head. Raises nothing."""
    found = _Found()
    if data.count(b"\n--") > MOST_BOUNDARIES:
        found.troubles.append("it has too many parts: only its head is read")
        data, whole = data[: data.find(b"\n\r\n") + 1 or data.find(b"\n\n") + 1], False
    try:
        message: Any = BytesParser(policy=policy.default).parsebytes(data, headersonly=not whole)
        if whole:
            _read_parts(message, found)
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError, KeyError, IndexError):
        message = BytesParser(policy=policy.compat32).parsebytes(data, headersonly=True)
        found.troubles.append("its parts cannot be read: it is built wrongly or too deep")
    if not whole and not found.troubles:
        found.troubles.append(f"too large ({size / 2**20:.0f} MB): only its head was fetched")
    fields = _fields(message)
    name, address = _sender(fields)
    plain = "\n".join(found.plain).strip()
    text = plain or "\n".join(map(to_text, found.html)).strip()
    if len(text) > LONGEST_TEXT:
        found.troubles.append(f"its text has {len(text)} characters: the first {LONGEST_TEXT} are kept")
        text = text[:LONGEST_TEXT]
    ids = _ID.findall(fields.get("message-id", ""))
    subject = " ".join(fields.get("subject", "").split())[:LONGEST_SUBJECT]
    return Parsed(
        message_id=ids[0] if ids else None,
        date=fields.get("date", "")[:100],
        sender=address,
        sender_name=name,
        to=_recipients(fields),
        subject=subject,
        text=text,
        files=tuple(found.files),
        in_reply_to=tuple(_ID.findall(fields.get("in-reply-to", ""))[:5]),
        references=tuple(_ID.findall(fields.get("references", ""))[-MOST_REFERENCES:]),
        fields=fields,
        size=size,
        sha256=_content_hash(fields, text, found.files),
        troubles=tuple(found.troubles),
    )


def clean(text: str) -> str:
    """Without NUL, half characters and other control characters, with ``\\n`` at the ends of lines."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.isprintable():
        return text
    bad = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 127))
    return re.sub("[\ud800-\udfff]", "\ufffd", text.translate(bad))


def _read_parts(message: Message, found: _Found) -> None:
    for number, (part, depth) in enumerate(_leaves(message)):
        if number >= MOST_PARTS:
            found.troubles.append(f"it has more than {MOST_PARTS} parts: the rest is left out")
            return
        if depth > DEEPEST:
            found.troubles.append(f"parts deeper than {DEEPEST} are left out")
            continue
        _read_part(part, number + 1, found)
        if found.unpacked > MOST_UNPACKED:
            found.troubles.append(
                f"unpacked it is larger than {MOST_UNPACKED // 2**20} MB: the rest is left out"
            )
            return


def _leaves(message: Message) -> Iterator[tuple[Message, int]]:
    """The parts that hold something, in order, with how deep each is; mails within are one part each."""
    waiting: list[tuple[Message, int]] = [(message, 0)]
    looked = 0
    while waiting:
        part, depth = waiting.pop()
        looked += 1
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            if depth > DEEPEST or looked > 10 * MOST_PARTS:
                yield part, DEEPEST + 1
                continue
            inner = part.get_payload()
            if isinstance(inner, list):
                waiting += [(each, depth + 1) for each in reversed(inner) if isinstance(each, Message)]
        else:
            yield part, depth


def _read_part(part: Message, number: int, found: _Found) -> None:
    kind = part.get_content_type()
    if part.is_multipart():
        found.files.append(_inner_mail(part, number))
        found.unpacked += len(found.files[-1].content)
        return
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    found.unpacked += len(data)
    name = part.get_filename() or ""
    apart = part.get_content_disposition() == "attachment"
    if kind in ("text/plain", "text/html") and not name and not apart:
        text = _decoded(part, data, found)
        (found.plain if kind == "text/plain" else found.html).append(text)
    elif data or name:
        ending = "txt" if kind.startswith("text/") else "bin"
        found.files.append(File(safe_name(clean(name), number, ending), safe_type(kind), data))


def _inner_mail(part: Message, number: int) -> File:
    """A mail within the mail (message/rfc822), as a file: it is not looked into."""
    inner = part.get_payload()
    mail = inner[0] if isinstance(inner, list) and inner and isinstance(inner[0], Message) else part
    try:
        data = mail.as_bytes(policy=policy.compat32)
        name = str(_fields(mail).get("subject", ""))
    except (ValueError, LookupError, TypeError, AttributeError, KeyError, RecursionError):
        data, name = b"", ""
    return File(safe_name(f"{clean(name)[:80]}.eml" if name else "", number, "eml"), "message/rfc822", data)


def _decoded(part: Message, data: bytes, found: _Found) -> str:
    charset = (part.get_content_charset() or "utf-8").strip("'\" ")
    for each in (charset, "utf-8"):
        try:
            return clean(data.decode("utf-8" if each == "us-ascii" else each))
        except (LookupError, UnicodeError, ValueError):
            continue
    found.troubles.append(f"its text is not {charset[:40]}: letters may be wrong")
    return clean(data.decode("cp1252", "replace"))


def _fields(message: Message) -> dict[str, str]:
    """The first value of each header field by its name in small letters, decoded; addresses as they are."""
    found: dict[str, str] = {}
    for name, raw in message.raw_items():
        key = name.lower()
        if key in found or len(found) > 500:
            continue
        text = str(raw)[:LONGEST_FIELD]
        try:
            text = str(policy.default.header_factory("Subject", text)) if "=?" in text else text
        except Exception:  # the header parser of the library knows many ways to fail
            text = str(raw)[:LONGEST_FIELD]
        if any("\udc80" <= char <= "\udcff" for char in text):
            text = text.encode("ascii", "surrogateescape").decode("utf-8", "replace")
        found[key] = " ".join(clean(text).split())
    return found


def _sender(fields: dict[str, str]) -> tuple[str, str]:
    """(name, address) of who wrote it; Reply-To is where answers are wanted only if From is none."""
    for key in ("from", "reply-to", "sender"):
        name, address = parseaddr(fields.get(key, ""))
        try:
            return " ".join(name.split())[:120], checked_address("from", address)
        except MailProblem:
            continue
    return "", ""


def _recipients(fields: dict[str, str]) -> str:
    keys = ("to", "cc", "delivered-to", "x-original-to", "envelope-to")
    found = [
        address for _, address in getaddresses([fields[key] for key in keys if key in fields]) if address
    ]
    return " ".join(dict.fromkeys(found))


def _content_hash(fields: dict[str, str], text: str, files: list[File]) -> str:
    """Of what was written, without the marks of its way."""
    parts = [fields.get(key, "") for key in ("message-id", "from", "date", "subject")]
    whole = "\n".join((*parts, text, *(each.sha256 for each in files)))
    return hashlib.sha256(whole.encode("utf-8", "replace")).hexdigest()
