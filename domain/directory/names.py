"""Names of accounts and groups: which ones a directory takes, and a free one (MS-ADTS 3.1.1.6, MS-SAMR).

A sAMAccountName of a user has at most 20 characters, whatever the schema says: more break sign-in.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

LONGEST_ACCOUNT = 20
LONGEST_GROUP = 256
#: Of CN and OU (ub-common-name, ub-organizational-unit-name).
LONGEST_NAME = 64
_REFUSED = frozenset('"/\\[]:;|=,+*?<>@')
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
#: Letters that no decomposition takes apart.
_PLAIN = str.maketrans({"ß": "ss", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "œ": "oe"})


def account_name(text: str, longest: int = LONGEST_ACCOUNT) -> str:
    """A sAMAccountName as given, in NFC. Raises ValueError that says what is wrong with it."""
    name = unicodedata.normalize("NFC", text)
    shown = repr(name[:80])
    if not name.strip(" ."):
        raise ValueError(f"{shown} is no account name: expected more than spaces and dots")
    if len(name) > longest:
        raise ValueError(f"{shown} has {len(name)} characters: an account name has at most {longest}")
    wrong = sorted({char for char in name if char in _REFUSED or not (char.isprintable())})
    if wrong:
        raise ValueError(f"{shown}: an account name cannot have {' '.join(map(_shown, wrong))}")
    if name.endswith(".") or name != name.strip(" "):
        raise ValueError(f"{shown}: an account name ends without a dot, and has no spaces around it")
    return name


def group_name(text: str) -> str:
    """A sAMAccountName of a group. Raises ValueError."""
    return account_name(text, LONGEST_GROUP)


def object_name(text: str) -> str:
    """A CN or OU: 1 to 64 characters of one line, in NFC, trimmed. Raises ValueError."""
    name = unicodedata.normalize("NFC", text).strip()
    if not name or len(name) > LONGEST_NAME:
        raise ValueError(f"{name[:80]!r}: expected a name of 1 to {LONGEST_NAME} characters, got {len(name)}")
    if not name.isprintable():
        raise ValueError(f"{name!r}: a name has no control characters")
    return name


def principal_name(text: str) -> str:
    """A userPrincipalName, ``anna.smith@example.org``: the part before @ plain ASCII. Raises ValueError."""
    local, at, suffix = text.strip().rpartition("@")
    if not at or not _LOCAL.fullmatch(local) or len(text) > 256:
        raise ValueError(f"{text[:80]!r} is no sign-in name: expected one such as anna.smith@example.org")
    labels = suffix.split(".")
    if not all(re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?", label) for label in labels):
        raise ValueError(f"{text[:80]!r}: {suffix[:80]!r} is no domain")
    return f"{local}@{suffix.lower()}"


def proposed(given: str, family: str, taken: Callable[[str], bool]) -> str:
    """A free account name for a person, of plain small letters: anna.smith, then anna.smith2 and so on.

    ``taken(name)`` says whether somebody has it. Raises ValueError if the names have no letter to use.
    """
    words = [word for word in (_plain(given), _plain(family)) if word]
    if not words:
        raise ValueError(f"{given[:40]!r} {family[:40]!r}: no account name can be made of these")
    whole, number = ".".join(words), 1
    while True:
        ending = "" if number == 1 else str(number)
        name = whole[: LONGEST_ACCOUNT - len(ending)].rstrip(".-") + ending
        if not taken(name):
            return name
        number += 1


def _plain(text: str) -> str:
    taken_apart = unicodedata.normalize("NFKD", text.casefold().translate(_PLAIN))
    return "-".join(re.findall(r"[a-z0-9]+", taken_apart.encode("ascii", "ignore").decode()))


def _shown(char: str) -> str:
    return char if char.isprintable() else repr(char)
