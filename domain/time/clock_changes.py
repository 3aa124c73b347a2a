"""What coming clock changes do to fixed times, in sentences for the preview and the editor."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from domain.time.local_day import Stretch, calendar_date, days_around, instant, stretches, times_shown
from domain.time.planned import planned_times
from domain.time.reading import FixedReading, check, read_fixed
from domain.time.rule import FixedTime, Rule


class ClockChange(NamedTuple):
    """A fixed time that its date does not show (`gap`), shows twice (`fold`) or has no date (`no_date`).

    `at` is when it runs, in UTC epoch seconds; None when it does not.
    """

    kind: Literal["gap", "fold", "no_date"]
    date: str
    time: str
    at: int | None
    sentence: str


def clock_changes_ahead(rule: Rule, after: int, until: int, zone: ZoneInfo) -> list[ClockChange]:
    """The fixed times in (after, until] that a clock change touches; none for the other kinds.

    `zone` is the system's. Raises ValueError for a rule with problems.
    """
    check(rule)
    if not isinstance(rule, FixedTime) or until <= after:
        return []
    reading = read_fixed(rule)
    zone = reading.zone or zone
    together = {at: times for at, times in planned_times(rule, after, until, zone) if len(times) > 1}
    found: list[ClockChange] = []
    for day in days_around(after, until, zone):
        if not reading.takes(calendar_date(day)):
            continue
        date = calendar_date(day).isoformat()
        if shown := stretches(zone, day):
            changes = _on_date(reading, shown, date, zone, together)
            found += [change for change in changes if change.at is not None and after < change.at <= until]
        elif (before := stretches(zone, day - 1)) and after < before[-1].end <= until:
            found += [_no_date(date, text, zone) for _, text in reading.times]
    return found


def _on_date(
    reading: FixedReading,
    shown: tuple[Stretch, ...],
    date: str,
    zone: ZoneInfo,
    together: dict[int, tuple[str, ...]],
) -> list[ClockChange]:
    found = []
    for wall, text in reading.times:
        at = instant(shown, wall)
        shows = times_shown(shown, wall)
        if shows == 0:
            found.append(_gap(date, text, at, zone, together.get(at, ())))
        elif shows > 1:
            found.append(_fold(date, text, at, zone))
    return found


def _gap(date: str, text: str, at: int, zone: ZoneInfo, together: tuple[str, ...]) -> ClockChange:
    local = datetime.fromtimestamp(at, zone)
    runs = f"{local:%H:%M}" if local.date().isoformat() == date else f"{local:%H:%M on %Y-%m-%d}"
    once = f", one run for {' and '.join(together)}" if together else ""
    return ClockChange(
        "gap", date, text, at, f"{text} does not exist on {date} in {zone}; runs at {runs}{once}"
    )


def _fold(date: str, text: str, at: int, zone: ZoneInfo) -> ClockChange:
    first = f"{datetime.fromtimestamp(at, UTC):%H:%M} UTC"
    sentence = f"{text} comes twice on {date} in {zone}; runs once, the first time ({first})"
    return ClockChange("fold", date, text, at, sentence)


def _no_date(date: str, text: str, zone: ZoneInfo) -> ClockChange:
    return ClockChange("no_date", date, text, None, f"{date} does not exist in {zone}; {text} is not planned")
