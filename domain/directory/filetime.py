"""Times and spans as a directory has them: FILETIME (MS-DTYP 2.3.3), its spans, and generalised time.

A FILETIME counts steps of 100 ns since 1601-01-01 UTC. What 0 and the largest number mean differs from
attribute to attribute (MS-ADA1 to MS-ADA3): each such rule has a function of its own here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

#: The largest FILETIME; for expiries it means never.
NEVER = 0x7FFFFFFFFFFFFFFF
#: The span that stands for no limit.
NO_LIMIT = -0x8000000000000000
_BEGIN = datetime(1601, 1, 1, tzinfo=UTC)
_STEPS = 10  # in a microsecond
_GENERALISED = re.compile(r"(\d{14})(?:[.,]\d+)?(Z|[+-]\d{2}(?:\d{2})?)")


@dataclass(frozen=True)
class Expiry:
    """When something ends: `never`, `now` (it has to be renewed at the next sign-in), or `at` a moment."""

    what: Literal["never", "now", "at"]
    at: datetime | None = None


def moment(value: int) -> datetime | None:
    """The moment in UTC, to the microsecond; None for 0, NEVER and whatever no calendar has."""
    if value <= 0 or value >= NEVER:
        return None
    try:
        return _BEGIN + timedelta(microseconds=value // _STEPS)
    except OverflowError:
        return None


def filetime(at: datetime) -> int:
    """The FILETIME of a moment. Raises ValueError for one without a zone or before 1601."""
    if at.tzinfo is None:
        raise ValueError(f"{at}: expected a moment with its zone")
    steps = (at - _BEGIN) // timedelta(microseconds=1) * _STEPS
    if steps < 0:
        raise ValueError(f"{at}: a FILETIME begins with 1601")
    return steps


def span(value: int) -> timedelta | None:
    """A span such as maxPwdAge or lockoutDuration, which are negative; None for no limit (0 and NO_LIMIT)."""
    if value in (0, NO_LIMIT):
        return None
    return timedelta(microseconds=abs(value) // _STEPS)


def stored_span(length: timedelta | None) -> int:
    """The same the other way; None is no limit."""
    return NO_LIMIT if length is None else -(length // timedelta(microseconds=1)) * _STEPS


def password_expiry(value: int) -> Expiry:
    """Of msDS-UserPasswordExpiryTimeComputed (MS-ADTS 3.1.1.4.5.31): 0 is now, the largest number never."""
    if value == 0:
        return Expiry("now")
    at = moment(value)
    return Expiry("never") if at is None else Expiry("at", at)


def account_expiry(value: int) -> Expiry:
    """Of accountExpires (MS-ADA1 2.1): 0 and the largest number both mean never."""
    at = moment(value)
    return Expiry("never") if at is None else Expiry("at", at)


def stored_expiry(expiry: Expiry) -> int:
    """What is written into accountExpires. Raises ValueError for `now`, which an account does not know."""
    if expiry.what == "never":
        return NEVER
    if expiry.at is None:
        raise ValueError("an account expires at a moment, or never")
    return filetime(expiry.at)


def generalised(text: str) -> datetime:
    """whenChanged and the like, ``20261121215514.0Z``, in seconds (RFC 4517 §3.3.13). Raises ValueError."""
    found = _GENERALISED.fullmatch(text)
    if found is None:
        raise ValueError(f"{text[:80]!r} is no time: expected one such as 20261121215514.0Z")
    zone = "+0000" if found[2] == "Z" else f"{found[2]:0<5}"
    return datetime.strptime(found[1] + zone, "%Y%m%d%H%M%S%z").astimezone(UTC)
