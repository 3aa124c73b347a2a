"""The hours under a chart, as the clocks of a zone show them."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

HOUR = 3600


class Tick(NamedTuple):
    """A full local hour, in UTC epoch seconds; `text` is empty where there is no room for it."""

    at: int
    text: str


def ticks(start: float, end: float, zone: ZoneInfo, labels: int = 12) -> list[Tick]:
    """Every full hour of local time in [start, end], with up to about `labels` texts: "06:00", "Sat 16".

    Clocks that are set forward leave an hour out, clocks that are set back show one twice.
    """
    every = next((hours for hours in (1, 2, 3, 4, 6, 12) if (end - start) / HOUR / hours <= labels), 24)
    return [Tick(at, _text(datetime.fromtimestamp(at, zone), every)) for at in _full_hours(start, end, zone)]


def _full_hours(start: float, end: float, zone: ZoneInfo) -> list[int]:
    # Offsets are whole quarters of an hour, and so are the steps by which clocks change.
    quarter = HOUR // 4
    first = -int(-start // quarter) * quarter
    return [at for at in range(first, int(end) + 1, quarter) if datetime.fromtimestamp(at, zone).minute == 0]


def _text(local: datetime, every: int) -> str:
    if local.hour % every:
        return ""
    return f"{local:%a %d}" if local.hour == 0 else f"{local:%H:%M}"
