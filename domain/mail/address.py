"""Addresses of senders and recipients, checked before anything else looks at them."""

from __future__ import annotations

import re
from email.errors import MessageError
from email.headerregistry import Address
from email.utils import parseaddr

from domain.mail.header import checked_line
from domain.mail.problem import MailProblem

#: RFC 5321 §4.5.3.1: octets of the part before the @, and of all of it.
LONGEST_LOCAL = 64
LONGEST = 254

_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(\.{_LABEL})*")


def checked_address(field: str, text: str) -> str:
    """A bare address such as ``ann@example.org``; an international domain comes back in ASCII (IDNA).

    Raises MailProblem naming the field. Quoted and non-ASCII local parts are refused: few servers
    take them, and no one of our sources has any.
    """
    checked_line(field, text)
    local, at, domain = text.rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode("ascii")
    except UnicodeError:
        ascii_domain = ""
    if not (at and _LOCAL.fullmatch(local) and _DOMAIN.fullmatch(ascii_domain)):
        raise MailProblem(f"{field}: {_short(text)} is not a mail address; expected name@example.org")
    address = f"{local}@{ascii_domain}"
    if len(local) > LONGEST_LOCAL or len(address) > LONGEST:
        raise MailProblem(
            f"{field}: {_short(text)} is too long for a mail address; at most {LONGEST} characters, "
            f"{LONGEST_LOCAL} before the @"
        )
    return address


def checked_sender(field: str, text: str) -> Address:
    """A sender as ``Name <name@example.org>`` or bare. Raises MailProblem."""
    checked_line(field, text)
    name, address = parseaddr(text) if "<" in text else ("", text.strip())
    spec = checked_address(field, address)
    try:
        return Address(display_name=name, addr_spec=spec)
    except (MessageError, ValueError):
        raise MailProblem(
            f"{field}: {_short(text)} is not a sender; expected Name <name@example.org>"
        ) from None


def _short(text: str) -> str:
    return repr(text if len(text) <= 80 else f"{text[:77]}...")
