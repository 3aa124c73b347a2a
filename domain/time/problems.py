"""What can be wrong with the words of a schedule, each in one line: expected, got, did you mean.

The values come from code, files and command lines, so nothing is assumed about their types.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches
from typing import TypeGuard
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LAST = "last"

_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_LOOSE_TIME = re.compile(r"([0-9]{1,2})(?:[:.h ]?([0-9]{2}))?(?::[0-9]{2})? ?(am|pm)?")


def period_problems(minutes: object, align: object) -> list[str]:
    """Of a period of 1..60 whole minutes with an align of 0..period-1."""
    found = []
    period = minutes if _is_whole(minutes) and 1 <= minutes <= 60 else None
    if period is None:
        hint = "; for longer periods give fixed times" if _is_whole(minutes) and minutes > 60 else ""
        found.append(f"period: expected 1 to 60 whole minutes, got {minutes!r}{hint}")
    if not _is_whole(align) or align < 0:
        found.append(f"align: expected whole minutes from 0, got {align!r}")
    elif period is not None and align >= period:
        meant = _did_you_mean(str(align % period))
        found.append(f"align: expected 0 to {period - 1} with a period of {period} min, got {align}{meant}")
    return found


def time_problems(times: Sequence[object]) -> list[str]:
    """Of a list of "HH:MM" that must hold at least one."""
    if not times:
        return ["times: expected at least one HH:MM, got none"]
    return [
        f"times: expected HH:MM from 00:00 to 23:59, got {time!r}{_did_you_mean(_time_meant(time))}"
        for time in times
        if not (isinstance(time, str) and _TIME.fullmatch(time))
    ] + _given_twice("times", times)


def weekday_problems(weekdays: Sequence[object]) -> list[str]:
    """Of a list of "mon".."sun"; none means every day."""
    return [
        f"weekdays: expected {', '.join(WEEKDAYS)}, got {word!r}{_did_you_mean(_weekdays_meant(word))}"
        for word in weekdays
        if word not in WEEKDAYS
    ] + _given_twice("weekdays", weekdays)


def day_problems(days: Sequence[object]) -> list[str]:
    """Of a list of 1..31 or "last"; none means every day."""
    return [
        f"days: expected 1 to 31 or last, got {day!r}{_did_you_mean(_day_meant(day))}"
        for day in days
        if not (day == LAST or (_is_whole(day) and 1 <= day <= 31))
    ] + _given_twice("days", days)


def zone_problems(zone: object) -> list[str]:
    """Of a time zone's name; None means the system's zone."""
    if zone is None:
        return []
    try:
        if isinstance(zone, str) and zone:
            ZoneInfo(zone)
            return []
    except (ZoneInfoNotFoundError, ValueError, OSError):
        pass
    return [f"zone: expected a name such as Europe/Paris, got {zone!r}{_did_you_mean(_zone_meant(zone))}"]


def _is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _did_you_mean(meant: str | None) -> str:
    return f"; did you mean {meant}?" if meant else ""


def _time_meant(time: object) -> str | None:
    loose = _LOOSE_TIME.fullmatch(str(time).strip().lower())
    if loose is None:
        return None
    hour, minute, half = int(loose[1]), int(loose[2] or 0), loose[3]
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    total = hour * 60 + minute
    if minute > 60 or total > 24 * 60:
        return None
    return f"{total // 60 % 24:02}:{total % 60:02}"


def _weekdays_meant(word: object) -> str | None:
    first, dash, last = (part.strip()[:3] for part in str(word).partition("-"))
    if dash and first in WEEKDAYS and last in WEEKDAYS:
        begin, end = WEEKDAYS.index(first), WEEKDAYS.index(last)
        return ",".join(WEEKDAYS[begin % 7] for begin in range(begin, end + 1 if begin <= end else end + 8))
    if first in WEEKDAYS:
        return first
    return next(iter(get_close_matches(first, WEEKDAYS, 1)), None)


def _day_meant(day: object) -> str | None:
    return LAST if day == -1 or get_close_matches(str(day), (LAST, "end", "ultimo"), 1) else None


def _zone_meant(zone: object) -> str | None:
    names = {name.lower(): name for name in sorted(available_timezones())}
    wanted = str(zone).strip().lower().replace(" ", "_")
    cities = [name for lower, name in names.items() if lower.rpartition("/")[2] == wanted]
    close = get_close_matches(wanted, names, 1)
    return cities[0] if cities else names[close[0]] if close else None


def _given_twice(what: str, values: Sequence[object]) -> list[str]:
    doubles = [value for place, value in enumerate(values) if values.index(value) < place]
    return [f"{what}: expected each once, got {value} twice" for value in dict.fromkeys(map(str, doubles))]
