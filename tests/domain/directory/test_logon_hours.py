"""Are hours of a place written as a directory has them, and read as they were meant?"""

from __future__ import annotations

import random
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from domain.directory.logon_hours import ALWAYS, NEVER, WEEK, parse, read, stored, words

WINTER, SUMMER = datetime(2027, 1, 15, tzinfo=UTC), datetime(2027, 7, 15, tzinfo=UTC)
GREENWICH, BERLIN, INDIA = ZoneInfo("UTC"), ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kolkata")


def utc_hours(value: bytes) -> set[tuple[str, int]]:
    """The hours of UTC that are set, as (day, hour): bit 0 of byte 0 is Sunday, 0 to 1."""
    days = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
    return {(days[at // 24], at % 24) for at in range(WEEK) if value[at // 8] >> at % 8 & 1}


def test_the_week_begins_with_sunday_in_utc() -> None:
    assert stored(parse("sun 0-1"), GREENWICH, WINTER) == b"\x01" + bytes(20)
    assert stored(parse("sat 23-24"), GREENWICH, WINTER) == bytes(20) + b"\x80"
    assert stored(ALWAYS, BERLIN, WINTER) == b"\xff" * 21


def test_a_place_is_as_far_from_utc_as_its_clocks_are_at_that_moment() -> None:
    assert utc_hours(stored(parse("mon 0-2"), BERLIN, WINTER)) == {("sun", 23), ("mon", 0)}
    assert utc_hours(stored(parse("mon 0-2"), BERLIN, SUMMER)) == {("sun", 22), ("sun", 23)}


def test_half_hours_are_rounded_so_that_nobody_is_locked_out() -> None:
    value = stored(parse("tue 8-10"), INDIA, WINTER)
    assert utc_hours(value) == {("tue", 2), ("tue", 3), ("tue", 4)}
    assert read(value, INDIA, WINTER) == parse("tue 8-10")


def test_nights_and_the_end_of_the_week() -> None:
    assert words(parse("sun 22-2")) == "mon 0-2; sun 22-24"
    assert parse("fri-mon 9-10") == parse("fri 9-10; sat 9-10; sun 9-10, mon 9-10")


def test_what_was_written_is_read_again() -> None:
    seed = random.randrange(10**9)
    print(f"seed {seed}")
    luck = random.Random(seed)
    for _ in range(200):
        hours = frozenset(luck.sample(range(WEEK), luck.randrange(WEEK + 1)))
        zone = luck.choice((GREENWICH, BERLIN, ZoneInfo("America/New_York"), ZoneInfo("Asia/Tokyo")))
        at = luck.choice((WINTER, SUMMER))
        assert parse(words(hours)) == hours
        assert read(stored(hours, zone, at), zone, at) == hours


def test_no_value_is_always_and_no_hour_is_never() -> None:
    assert read(b"", BERLIN, WINTER) == ALWAYS
    assert stored(NEVER, BERLIN, WINTER) == bytes(21)
    with pytest.raises(ValueError, match="expected the 21 bytes"):
        read(b"abc", BERLIN, WINTER)


@pytest.mark.parametrize("text", ["", "mon", "mon 8", "mon 8-25", "xyz 8-9", "mon 8:30-9", "mon 24-3", "8-9"])
def test_what_is_no_hour_is_told(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected|whole ones"):
        parse(text)
