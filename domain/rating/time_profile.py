"""Time profiles: hours of the week, by the wall clock of a zone, in which a rate is valid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from domain.rating.arrays import Flags, Ints

DAY = 86400
WEEK = 7 * DAY
#: Offsets from UTC are looked up once for so many seconds; a change within them is seen.
_STRETCH = 900


class Span(NamedTuple):
    """On `day` (0 is Monday) from `start` to `end`, s of the day; an end that is not later is tomorrow's."""

    day: int
    start: int
    end: int


@dataclass(frozen=True)
class TimeProfile:
    """`name` is what rates refer to. Raises ValueError for a day or time that there is none of."""

    name: str
    zone: ZoneInfo
    spans: tuple[Span, ...]

    def __post_init__(self) -> None:
        for span in self.spans:
            if not (0 <= span.day <= 6 and 0 <= span.start < DAY and 0 <= span.end <= DAY):
                raise ValueError(
                    f"time profile {self.name}: {tuple(span)} is no day (0..6) with two times of day"
                )

    def edges(self) -> list[int]:
        """Where it begins, ends, begins, … in seconds since Monday 00:00, in order."""
        parts: list[tuple[int, int]] = []
        for day, start, end in self.spans:
            low = day * DAY + start
            high = low + (end - start if end > start else DAY - start + end)
            parts += [(low, min(high, WEEK))] + ([(0, high - WEEK)] if high > WEEK else [])
        edges: list[int] = []
        for low, high in sorted(parts):
            if edges and low <= edges[-1]:
                edges[-1] = max(edges[-1], high)
            else:
                edges += [low, high]
        return edges


def inside(profile: TimeProfile, at: Ints) -> Flags:
    """True for the times (epoch seconds) that lie in it; the doubled hour of autumn counts both times."""
    import numpy as np

    if not len(at):
        return np.zeros(0, np.bool_)
    local = at + _offsets(profile.zone, at)
    of_week = (local + 3 * DAY) % WEEK  # the epoch began on a Thursday
    edges = np.array(profile.edges(), np.int64)
    return np.asarray(np.searchsorted(edges, of_week, side="right") % 2 == 1, np.bool_)


def _offsets(zone: ZoneInfo, at: Ints) -> Ints:
    import numpy as np

    stretches, which = np.unique(at // _STRETCH, return_inverse=True)
    first = np.array([_offset(zone, int(each) * _STRETCH) for each in stretches], np.int64)
    last = np.array([_offset(zone, (int(each) + 1) * _STRETCH - 1) for each in stretches], np.int64)
    offsets = first[which]
    for row in np.nonzero(first[which] != last[which])[0]:
        offsets[row] = _offset(zone, int(at[row]))
    return offsets


def _offset(zone: ZoneInfo, at: int) -> int:
    offset = datetime.fromtimestamp(at, UTC).astimezone(zone).utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0
