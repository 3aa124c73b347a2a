"""When somebody may sign in: logonHours, 21 bytes with a bit for each hour of a week in UTC (MS-ADA1 2.376).

The week begins with Sunday, 00:00 UTC; the lowest bit of a byte is its first hour. A directory knows no
zones: hours of a place that has summer time move by one when it changes, until they are written anew.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
BYTES, WEEK = 21, 168
#: Hours of a week in local time, counted from Monday, 00:00.
Hours = frozenset[int]
ALWAYS: Hours = frozenset(range(WEEK))
NEVER: Hours = frozenset()
_RULE = re.compile(r"([a-z]{3})(?:-([a-z]{3}))? +(\d{1,2})(?::00)?-(\d{1,2})(?::00)?")
#: From the Sunday of the directory's week to the Monday of ours.
_SUNDAY = 24


def parse(text: str) -> Hours:
    """``always``, ``never``, or rules such as ``mon-fri 8-18; sat 9-13``. Raises ValueError.

    A rule whose end is not after its beginning goes over midnight: ``fri 22-6``.
    """
    plain = " ".join(text.lower().split())
    if plain in ("always", "never"):
        return ALWAYS if plain == "always" else NEVER
    found: set[int] = set()
    for part in filter(None, (each.strip() for each in re.split(r"[;,]", plain))):
        found |= _rule(part)
    if not found:
        raise ValueError("expected always, never, or hours such as mon-fri 8-18; sat 9-13")
    return frozenset(found)


def stored(hours: Hours, zone: ZoneInfo, at: datetime) -> bytes:
    """As a directory keeps it, by what the zone's clocks show at the moment `at`.

    Where a zone is not whole hours from UTC, each hour of UTC that has a part of an allowed one is allowed.
    """
    ahead = _minutes_ahead(zone, at)
    bits = 0
    for hour in hours:
        begin = (hour + _SUNDAY) * 60 - ahead
        for utc in {begin // 60, (begin + 59) // 60}:
            bits |= 1 << utc % WEEK
    return bits.to_bytes(BYTES, "little")


def read(value: bytes, zone: ZoneInfo, at: datetime) -> Hours:
    """The local hours that are allowed in whole; no value stands for always. Raises ValueError."""
    if not value:
        return ALWAYS
    if len(value) != BYTES:
        raise ValueError(f"expected the {BYTES} bytes of logonHours, got {len(value)}")
    bits, ahead = int.from_bytes(value, "little"), _minutes_ahead(zone, at)
    found = set()
    for hour in range(WEEK):
        begin = (hour + _SUNDAY) * 60 - ahead
        if all(bits >> utc % WEEK & 1 for utc in (begin // 60, (begin + 59) // 60)):
            found.add(hour)
    return frozenset(found)


def words(hours: Hours) -> str:
    """The same as a text that `parse` reads; days that are alike stand together."""
    if hours in (ALWAYS, NEVER):
        return "always" if hours else "never"
    days = [_spans({hour % 24 for hour in hours if hour // 24 == day}) for day in range(7)]
    parts, day = [], 0
    while day < 7:
        last = day
        while last < 6 and days[last + 1] == days[day]:
            last += 1
        name = DAYS[day] if day == last else f"{DAYS[day]}-{DAYS[last]}"
        parts += [f"{name} {begin}-{end}" for begin, end in days[day]]
        day = last + 1
    return "; ".join(parts)


def _rule(text: str) -> set[int]:
    found = _RULE.fullmatch(text)
    shown = repr(text[:60])
    if found is None:
        raise ValueError(f"{shown} are no hours: expected such as mon-fri 8-18")
    first, last = found[1], found[2] or found[1]
    if first not in DAYS or last not in DAYS:
        raise ValueError(f"{shown}: expected days of {', '.join(DAYS)}")
    begin, end = int(found[3]), int(found[4])
    if begin > 23 or end > 24:
        raise ValueError(f"{shown}: hours are whole ones from 0 to 24")
    length = end - begin if end > begin else end - begin + 24
    days = (DAYS.index(last) - DAYS.index(first)) % 7 + 1
    starts = [(DAYS.index(first) + day) % 7 * 24 + begin for day in range(days)]
    return {(start + hour) % WEEK for start in starts for hour in range(length)}


def _minutes_ahead(zone: ZoneInfo, at: datetime) -> int:
    ahead = at.astimezone(zone).utcoffset() or timedelta(0)
    return round(ahead.total_seconds() / 60)


def _spans(hours: set[int]) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for hour in sorted(hours):
        if spans and spans[-1][1] == hour:
            spans[-1] = (spans[-1][0], hour + 1)
        else:
            spans.append((hour, hour + 1))
    return spans
