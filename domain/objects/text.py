"""What fields of objects are made of: texts that are checked, trimmed and written in one way.

Names are of any script, in Unicode's form NFC. Host names come out as ASCII in small letters (IDNA 2008,
RFC 5891); addresses in their shortest form.
"""

from __future__ import annotations

import re
import unicodedata
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit, urlunsplit

from pydantic import AfterValidator, BeforeValidator, Field

from domain.mail.address import checked_address, checked_sender
from domain.mail.problem import MailProblem
from domain.objects.marks import Address, Lines, Ref, Sealed

#: Turn text around or hide it: a name with one of these is not what it looks like.
_DECEIVING = frozenset(
    "\u061c\u200b\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
)
#: Control characters, halves of letters, and what means something only to one program.
_REFUSED = ("Cc", "Cs", "Co")
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
LONGEST_HOST = 253


def plain(text: str) -> str:
    """One line, trimmed, in NFC. Raises ValueError."""
    trimmed = _sound(text).strip()
    if not trimmed.isascii():
        trimmed = unicodedata.normalize("NFC", trimmed)
    _refuse(trimmed, "")
    return trimmed


def plain_lines(text: str) -> str:
    """The same of several lines, which end in ``\\n``. Raises ValueError."""
    trimmed = unicodedata.normalize("NFC", _sound(text)).replace("\r\n", "\n").replace("\r", "\n").strip()
    _refuse(trimmed, "\n\t")
    return trimmed


def host_name(text: str) -> str:
    """A host or domain name as ASCII in small letters, without the last dot. Raises ValueError."""
    import idna

    name = plain(text).rstrip(".").lower()
    if not name.isascii():
        try:
            name = idna.encode(name, uts46=True).decode("ascii")
        except idna.IDNAError as error:
            raise ValueError(f"{text!r} is no host name: {error}") from None
    labels = name.split(".")
    if len(name) > LONGEST_HOST or not all(_LABEL.fullmatch(label) for label in labels):
        raise ValueError(f"{text[:80]!r} is no host name: expected one such as web1.example.org")
    if labels[-1].isdigit():
        raise ValueError(f"{text[:80]!r} is neither a host name nor a full IP address")
    return name


def host(text: str) -> str:
    """A host name or an IP address; "" stays. Raises ValueError."""
    trimmed = plain(text)
    if not trimmed:
        return ""
    if len(trimmed) > 1 and trimmed[0] == "[" and trimmed[-1] == "]":
        trimmed = trimmed[1:-1]
    try:
        return str(ip_address(trimmed))
    except ValueError:
        return host_name(trimmed)


def domain(text: str) -> str:
    """A domain name; one label alone is none. Raises ValueError."""
    name = host_name(text)
    if "." not in name:
        raise ValueError(f"{text[:80]!r} is no domain: expected a name such as example.org")
    return name


def web_address(text: str) -> str:
    """An ``http://`` or ``https://`` address without user and password; "" stays. Raises ValueError."""
    trimmed = plain(text)
    if not trimmed:
        return ""
    try:
        parts = urlsplit(trimmed)
        port = parts.port
    except ValueError:
        raise ValueError("expected an address such as https://example.org/path") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or " " in trimmed:
        raise ValueError("expected an address such as https://example.org/path")
    if parts.username is not None or parts.password is not None:
        raise ValueError("a user or password does not belong into an address: it would be seen by all")
    name = host(parts.hostname)
    shown = f"[{name}]" if ":" in name else name
    return urlunsplit((parts.scheme, shown if port is None else f"{shown}:{port}", *parts[2:4], ""))


def mail_address(text: str) -> str:
    """A bare mail address; "" stays. Raises ValueError."""
    trimmed = plain(text)
    if not trimmed:
        return ""
    try:
        return checked_address("address", trimmed)
    except MailProblem as problem:
        raise ValueError(str(problem).removeprefix("address: ")) from None


def mail_sender(text: str) -> str:
    """A mail address with or without a name before it; "" stays. Raises ValueError."""
    trimmed = plain(text)
    if not trimmed:
        return ""
    try:
        checked_sender("sender", trimmed)
    except MailProblem as problem:
        raise ValueError(str(problem).removeprefix("sender: ")) from None
    return trimmed


def key(given: object) -> str | None:
    """The key of another object; None and "" are none. Raises ValueError."""
    return None if given is None else plain(_sound(given)) or None


def _sound(text: object) -> str:
    if not isinstance(text, str):
        raise ValueError("expected a text")
    return text


def _refuse(text: str, allowed: str) -> None:
    if text.isprintable():
        return
    for letter in text:
        if letter not in allowed and (letter in _DECEIVING or unicodedata.category(letter) in _REFUSED):
            raise ValueError(f"it has the character U+{ord(letter):04X}, which cannot be seen")


def _required(text: str) -> str:
    if not text:
        raise ValueError("it is empty")
    return text


Name = Annotated[str, BeforeValidator(plain), Field(min_length=1, max_length=120)]
Words = Annotated[str, BeforeValidator(plain), Field(max_length=250)]
Note = Annotated[str, BeforeValidator(plain_lines), Field(max_length=4000), Lines()]
Host = Annotated[str, AfterValidator(host), Field(max_length=LONGEST_HOST), Address()]
NeededHost = Annotated[
    str, AfterValidator(lambda text: _required(host(text))), Field(min_length=1, max_length=253), Address()
]
DomainName = Annotated[str, AfterValidator(domain), Field(min_length=1, max_length=LONGEST_HOST)]
WebAddress = Annotated[str, AfterValidator(web_address), Field(max_length=2000), Address()]
Mail = Annotated[str, AfterValidator(mail_address), Field(max_length=320)]
Sender = Annotated[str, AfterValidator(mail_sender), Field(max_length=320)]
Port = Annotated[int, Field(ge=0, le=65535)]
Secret = Annotated[str, Field(max_length=65_536), Sealed()]
#: Stands before the type of a reference that must be given, and of one that may be left out.
Needed, Optional = BeforeValidator(plain), BeforeValidator(key)
Organisation = Annotated[str | None, Optional, Ref("organisation")]
