"""Services for forecasts, at a moment whose hours are easy to reckon."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from domain.forecast.day import Forecast, GroupDay, forecast
from domain.forecast.work import Work
from domain.time.rule import Periodic

NOW = 1_800_000_000  # 2027-01-15 08:00 UTC
UTC = ZoneInfo("UTC")


def every(minutes: int, align: int = 0, name: str = "one", groups: str = "disk", **more: Any) -> Work:
    """A periodic service that takes 30 s, unless told otherwise."""
    values = {"title": name.replace("_", " ").title(), "usual": 30.0, **more}
    return Work(name=name, rule=Periodic(minutes, align), run_groups=tuple(groups.split()), **values)


def foreseen(*works: Work, zone: ZoneInfo = UTC, now: float = NOW) -> Forecast:
    return forecast(works, zone, now)


def group(found: Forecast, name: str = "disk") -> GroupDay:
    return next(each for each in found.groups if each.name == name)
