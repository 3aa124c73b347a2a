"""Distinguished names as text: written, read and compared (RFC 4514; MS-ADTS 3.1.1.3.1.2.4).

Active Directory has no name parts of several values (``CN=a+OU=b``), so neither has this.
"""

from __future__ import annotations

import re
from typing import NamedTuple

#: RFC 4514 §2.4; ``=`` may be written either way, and is safer with its backslash.
_SPECIAL = frozenset('"+,;<>\\=')
_ATTRIBUTE = re.compile(r"[A-Za-z][A-Za-z0-9-]*|[0-9]+(\.[0-9]+)*")
_PAIR = re.compile(r"[0-9A-Fa-f]{2}")


class Part(NamedTuple):
    """One part of a name: ``CN=Smith\\, Anna`` is Part("CN", "Smith, Anna")."""

    attribute: str
    value: str

    def __str__(self) -> str:
        return f"{self.attribute}={escaped(self.value)}"


def part(attribute: str, value: str) -> str:
    """The part as text, with what must be escaped escaped. Raises ValueError for what can be no part."""
    if not _ATTRIBUTE.fullmatch(attribute):
        raise ValueError(f"{attribute[:80]!r} is no attribute of a name: expected one such as CN or OU")
    if not value:
        raise ValueError(f"{attribute}: expected a name, got nothing")
    return str(Part(attribute, value))


def child(parent: str, attribute: str, value: str) -> str:
    """The name of an object below `parent`: child("DC=example", "OU", "Sales") is "OU=Sales,DC=example"."""
    return f"{part(attribute, value)},{parent}" if parent else part(attribute, value)


def escaped(value: str) -> str:
    """A value as it is written in a name. Raises ValueError for half a character (a lone surrogate)."""
    written = []
    for place, char in enumerate(value):
        at_edge = char == " " and place in (0, len(value) - 1)
        if char in _SPECIAL or at_edge or (char == "#" and place == 0):
            written.append(f"\\{char}")
        elif not char.isprintable() and char != " ":
            written.extend(f"\\{byte:02X}" for byte in char.encode())
        else:
            written.append(char)
    text = "".join(written)
    text.encode()
    return text


def parse(text: str) -> tuple[Part, ...]:
    """The parts of a name, the object's own first; the empty name has none. Raises ValueError."""
    return tuple(_parsed(each, text) for each in _split(text)) if text else ()


def parent(text: str) -> str:
    """The name of what holds the object, as it was written; "" at the top. Raises ValueError."""
    return ",".join(_split(text)[1:])


def name(text: str) -> str:
    """The object's own name: name("CN=Smith\\\\, Anna,DC=example") is "Smith, Anna". Raises ValueError."""
    return parse(text)[0].value


def key(text: str) -> str:
    """The same for two names of one object, however they are written. Raises ValueError."""
    parts = [Part(each.attribute.upper(), each.value.lower()) for each in parse(text)]
    return ",".join(map(str, parts))


def is_under(text: str, base: str) -> bool:
    """True if the object is `base` itself or anywhere below it. Raises ValueError."""
    own, above = _keys(text), _keys(base)
    return own[len(own) - len(above) :] == above if len(own) >= len(above) else False


def domain_name(text: str) -> str:
    """Its DNS domain: "DC=ad,DC=example" gives "ad.example"; "" without one. Raises ValueError."""
    return ".".join(each.value for each in parse(text) if each.attribute.upper() == "DC").lower()


def _keys(text: str) -> list[tuple[str, str]]:
    return [(each.attribute.upper(), each.value.lower()) for each in parse(text)]


def _split(text: str) -> list[str]:
    """At each comma that has no backslash before it. A backslash always takes the next character along."""
    parts, begins, place = [], 0, 0
    while place < len(text):
        if text[place] == "\\":
            place += 1
        elif text[place] == ",":
            parts.append(text[begins:place])
            begins = place + 1
        place += 1
    return [*parts, text[begins:]]


def _parsed(written: str, whole: str) -> Part:
    attribute, equals, value = written.lstrip(" ").partition("=")
    attribute = attribute.rstrip(" ")
    if not equals or not _ATTRIBUTE.fullmatch(attribute):
        raise ValueError(f"{whole[:200]!r} is no distinguished name: expected parts such as CN=name")
    return Part(attribute, _unescaped(value.lstrip(" "), whole))


def _unescaped(written: str, whole: str) -> str:
    """The value that these characters stand for (RFC 4514 §3); spaces around it do not count."""
    if not written or written[0] in '#"':
        raise ValueError(f"{whole[:200]!r}: expected a plain value in each part")
    raw, ends, place = bytearray(), 0, 0
    while place < len(written):
        char = written[place]
        if char == "\\":
            taken = written[place + 1 : place + 3]
            if _PAIR.fullmatch(taken):
                raw += bytes.fromhex(taken)
                place += 3
            elif taken and taken[0] in _SPECIAL | frozenset(" #"):
                raw += taken[0].encode()
                place += 2
            else:
                raise ValueError(f"{whole[:200]!r}: a backslash stands before what needs none")
            ends = len(raw)
            continue
        if char in '"+;<>':
            raise ValueError(f"{whole[:200]!r}: {char} needs a backslash before it")
        raw += char.encode()
        place += 1
        ends = len(raw) if char != " " else ends
    try:
        return raw[:ends].decode()
    except UnicodeDecodeError:
        raise ValueError(f"{whole[:200]!r}: its escaped bytes are no UTF-8") from None
