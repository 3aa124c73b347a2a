"""What is searched for (RFC 4515). A search takes only what is made here: no value becomes a condition."""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID

#: "All these bits are set", and "through any number of groups" (MS-ADTS 3.1.1.3.4.4).
_ALL_BITS = "1.2.840.113556.1.4.803"
_IN_CHAIN = "1.2.840.113556.1.4.1941"
_ATTRIBUTE = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
#: What stands for itself; RFC 4515 §3 lets everything else be escaped, so that no parser can disagree.
_PLAIN = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.@")

Value = str | bytes | int | UUID


@dataclass(frozen=True)
class Filter:
    """A condition; `text` is that of RFC 4515. Made by the functions of this module."""

    text: str

    def __and__(self, other: Filter) -> Filter:
        return Filter(f"(&{self.text}{other.text})")

    def __or__(self, other: Filter) -> Filter:
        return Filter(f"(|{self.text}{other.text})")

    def __invert__(self) -> Filter:
        return Filter(f"(!{self.text})")


def equals(attribute: str, value: Value) -> Filter:
    """Some value of the attribute is this one; texts are compared without regard to case."""
    return Filter(f"({_named(attribute)}={escaped(value)})")


def begins(attribute: str, value: str) -> Filter:
    """Some value of the attribute begins so."""
    return Filter(f"({_named(attribute)}={escaped(value)}*)")


def contains(attribute: str, value: str) -> Filter:
    """Some value of the attribute has this in it."""
    return Filter(f"({_named(attribute)}=*{escaped(value)}*)")


def present(attribute: str) -> Filter:
    """The attribute has a value."""
    return Filter(f"({_named(attribute)}=*)")


def at_least(attribute: str, value: int) -> Filter:
    """A number that is `value` or more."""
    return Filter(f"({_named(attribute)}>={value})")


def at_most(attribute: str, value: int) -> Filter:
    """A number that is `value` or less."""
    return Filter(f"({_named(attribute)}<={value})")


def has_bits(attribute: str, bits: int) -> Filter:
    """All these bits of a number are set."""
    return Filter(f"({_named(attribute)}:{_ALL_BITS}:={bits})")


def in_chain(attribute: str, dn: str) -> Filter:
    """The attribute leads to this object through any number of others: nested members of a group."""
    return Filter(f"({_named(attribute)}:{_IN_CHAIN}:={escaped(dn)})")


def escaped(value: Value) -> str:
    """A value as it is written in a filter: every byte that might mean something as ``\\xx``."""
    if isinstance(value, UUID):
        value = value.bytes_le
    raw = value if isinstance(value, bytes) else str(value).encode()
    return "".join(chr(byte) if byte in _PLAIN else f"\\{byte:02x}" for byte in raw)


def _named(attribute: str) -> str:
    if not _ATTRIBUTE.fullmatch(attribute):
        raise ValueError(f"{attribute[:80]!r} is no name of an attribute")
    return attribute


#: Somebody's accounts: what is an account and no computer's.
USERS = equals("objectCategory", "person") & equals("objectClass", "user")
GROUPS = equals("objectClass", "group")
UNITS = equals("objectClass", "organizationalUnit")
EVERYTHING = present("objectClass")
