"""Do the hours under a chart follow the clocks of the zone, also where these change?"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from web.charts.hours import ticks


def shown(zone: str, start: str, hours: int, labels: int = 30) -> list[str]:
    """The texts of the hours from `start`, a time in UTC."""
    at = datetime.fromisoformat(f"{start}:00Z").timestamp()
    return [tick.text for tick in ticks(at, at + hours * 3600, ZoneInfo(zone), labels)]


def test_clocks_set_forward_leave_an_hour_out() -> None:
    assert shown("Europe/Paris", "2027-03-27T23", 3) == ["Sun 28", "01:00", "03:00", "04:00"]


def test_clocks_set_back_show_an_hour_twice() -> None:
    assert shown("Europe/Paris", "2027-10-30T23", 3) == ["01:00", "02:00", "02:00", "03:00"]


@pytest.mark.parametrize(
    ("zone", "start", "texts"),
    [
        ("Asia/Kathmandu", "2027-01-15T00", ["06:00", "07:00"]),
        # Clocks go back by half an hour: from 01:59 to 01:30.
        ("Australia/Lord_Howe", "2027-04-03T13", ["Sun 04", "01:00", "02:00"]),
    ],
)
def test_hours_are_full_where_zones_are_not(zone: str, start: str, texts: list[str]) -> None:
    assert shown(zone, start, len(texts))[: len(texts)] == texts


def test_only_so_many_hours_are_named_as_there_is_room_for() -> None:
    texts = shown("UTC", "2027-01-15T08", 48, labels=12)
    assert len(texts) == 49
    assert [text for text in texts if text][:4] == ["08:00", "12:00", "16:00", "20:00"]
