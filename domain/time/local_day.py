"""One date of a zone's calendar, cut into stretches of real time with a constant offset.

Nearly every date is one stretch of 24 hours. A clock change cuts it in two, moves its first
instant, or (a date line that moves) leaves the date out. All times are UTC epoch seconds;
a date is the number of days since 1970-01-01.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

MINUTE, HOUR, DAY = 60, 3600, 86400

_EPOCH = date(1970, 1, 1).toordinal()
# No zone was ever farther than this from UTC (the widest: Manila and Alaska before 1870).
_FARTHEST = 16 * HOUR
# Two changes less than this apart are seen as one; no zone in the database has such a pair.
_PROBE = 4 * HOUR


class Stretch(NamedTuple):
    """Real time [start, end) in which one date shows; local time is UTC plus `offset`."""

    start: int
    end: int
    offset: int


@lru_cache(maxsize=8192)
def stretches(zone: ZoneInfo, day: int) -> tuple[Stretch, ...]:
    """The stretches that show this date, as they come; none when the zone leaves the date out."""
    found = []
    for start, end, offset in _offsets(day * DAY - _FARTHEST, (day + 1) * DAY + _FARTHEST, zone):
        begin = day * DAY - offset
        if max(start, begin) < min(end, begin + DAY):
            found.append(Stretch(max(start, begin), min(end, begin + DAY), offset))
    return tuple(found)


def _offsets(start: int, end: int, zone: ZoneInfo) -> list[Stretch]:
    found = []
    begin = low = start
    offset = offset_at(start, zone)
    for high in range(start + _PROBE, end + 1, _PROBE):
        while offset_at(high, zone) != offset:
            change = _first_other(low, high, zone, offset)
            found.append(Stretch(begin, change, offset))
            begin = low = change
            offset = offset_at(change, zone)
        low = high
    found.append(Stretch(begin, end, offset))
    return found


def _first_other(low: int, high: int, zone: ZoneInfo, offset: int) -> int:
    while high - low > MINUTE:
        middle = low + (high - low) // MINUTE // 2 * MINUTE
        if offset_at(middle, zone) == offset:
            low = middle
        else:
            high = middle
    return high


def offset_at(at: int, zone: ZoneInfo) -> int:
    """Seconds of local time ahead of UTC, in whole minutes (before 1973 a few had odd seconds)."""
    ahead = datetime.fromtimestamp(at, zone).utcoffset() or timedelta(0)
    return ahead // timedelta(minutes=1) * MINUTE


def day_of(at: int, zone: ZoneInfo) -> int:
    """The date that shows at this instant."""
    return (at + offset_at(at, zone)) // DAY


def days_around(after: int, until: int, zone: ZoneInfo) -> range:
    """Every date of which a part may lie in (after, until].

    One more on both sides: clocks set back at 00:01 (Newfoundland until 2011) show the old date again.
    """
    return range(day_of(after, zone) - 1, day_of(until, zone) + 2)


def calendar_date(day: int) -> date:
    """The same date as Python's."""
    return date.fromordinal(_EPOCH + day)


def instant(day: tuple[Stretch, ...], wall: int) -> int:
    """When `wall` (seconds since 00:00) first comes on this date; in a gap, the first minute after it."""
    for start, end, offset in day:
        midnight = start - (start + offset) % DAY
        if midnight + wall < end:
            return max(midnight + wall, start)
    return day[-1].end


def times_shown(day: tuple[Stretch, ...], wall: int) -> int:
    """How often the clock shows `wall` on this date: 0 in a gap, 2 in a fold."""
    midnights = ((start, end, start - (start + offset) % DAY) for start, end, offset in day)
    return sum(start <= midnight + wall < end for start, end, midnight in midnights)
