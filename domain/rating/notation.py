"""How operators write hours of the week, number translations and numbers; without numpy."""

from __future__ import annotations

import re
from collections.abc import Iterable

from domain.rating.account import Edit, Translation, address
from domain.rating.numbers import LONGEST, PLACES
from domain.rating.time_profile import Span

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN = re.compile(r"([a-z]{3})(?:-([a-z]{3}))? +([0-9]{2}):([0-9]{2})-([0-9]{2}):([0-9]{2})")
_TRANSLATION = re.compile(r"(dst|src) ([^ />]*)(?:/([0-9]{1,2}))?>([^ ]*)(?: ([0-9]{1,2})-([0-9]{1,2}))?")
_CODE = re.compile(rf"[0-9]{{0,{PLACES}}}", re.ASCII)


def spans(texts: Iterable[str]) -> tuple[Span, ...]:
    """Of ``mon-fri 08:00-18:00`` each day; 24:00 is the end of a day. Raises ValueError."""
    found: list[Span] = []
    for text in texts:
        match = _SPAN.fullmatch(text.strip().lower())
        if not match or match[1] not in WEEKDAYS or (match[2] or match[1]) not in WEEKDAYS:
            raise ValueError(f"{text[:40]!r} are no hours: expected such as mon-fri 08:00-18:00")
        start, end = _seconds(text, match[3], match[4]), _seconds(text, match[5], match[6])
        if start == 86400:
            raise ValueError(f"{text[:40]!r}: a time of day begins at 23:59 at the latest")
        first, last = WEEKDAYS.index(match[1]), WEEKDAYS.index(match[2] or match[1])
        found += [Span((first + more) % 7, start, end) for more in range((last - first) % 7 + 1)]
    return tuple(found)


def _seconds(text: str, hours: str, minutes: str) -> int:
    if int(minutes) > 59 or int(hours) * 60 + int(minutes) > 1440:
        raise ValueError(f"{text[:40]!r}: {hours}:{minutes} is no time of day")
    return int(hours) * 3600 + int(minutes) * 60


def translation(text: str) -> Translation:
    """Of ``dst 00>49``: what begins with 00 has 49 instead. Raises ValueError.

    ``dst 7/3>``: of what begins with 7 three characters are cut; ``src >49 10-11``: only numbers with 10
    to 11 characters.
    """
    match = _TRANSLATION.fullmatch(text.strip())
    if not match:
        raise ValueError(f"{text[:60]!r} is no translation: expected such as dst 00>49 or src 0>44 10-11")
    side, prefix, strip, add, shortest, longest = match.groups()
    for part in (prefix, add):
        if not part.isascii() or len(part) > LONGEST:
            raise ValueError(f"{part[:60]!r} cannot stand in a number")
    low, high = (0, LONGEST) if shortest is None else (int(shortest), int(longest))
    if low > high:
        raise ValueError(f"{text[:60]!r}: {low} to {high} characters are none")
    return Translation(side, prefix, Edit(len(prefix) if strip is None else int(strip), add), low, high)


def code(text: str) -> str:
    """The digits that numbers begin with; "" is all of them. Raises ValueError."""
    trimmed = text.strip()
    if not _CODE.fullmatch(trimmed):
        raise ValueError(f"{text[:40]!r} is no code: expected at most {PLACES} digits")
    return trimmed


def known_by(kind: str, value: str) -> str:
    """What an account is known by, in the one form in which it is compared. Raises ValueError.

    As `domain.rating.account.compared`, which a batch needs numpy for.
    """
    if kind == "ip":
        if not (found := address(value)):
            raise ValueError(f"{value[:60]!r} is no IP address")
        return found
    if kind == "number":
        digits = value.strip().removeprefix("+")
        if not digits or not _CODE.fullmatch(digits):
            raise ValueError(f"{value[:60]!r} is no number of at most {PLACES} digits")
        return digits
    if not value:
        raise ValueError(f"an account of kind {kind} needs a value")
    return value
