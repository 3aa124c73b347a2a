"""Instants as text, the machine's clock and the tests' own."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from domain.time.clock import Clock, SystemClock, as_datetime, rfc3339
from tests.support.clock import FakeClock


def test_instants_are_written_in_utc_with_milliseconds() -> None:
    assert rfc3339(0) == "1970-01-01T00:00:00.000Z"
    assert rfc3339(1_800_000_000.1239) == "2027-01-15T08:00:00.123Z"
    assert rfc3339(None) is None


def test_a_datetime_is_aware_and_in_utc() -> None:
    assert as_datetime(1_800_000_000) == datetime(2027, 1, 15, 8, tzinfo=UTC)
    assert as_datetime(0).tzinfo is UTC


def test_the_system_clock_tells_the_time_of_the_machine() -> None:
    clock: Clock = SystemClock()
    wall, steady = time.time(), time.monotonic()
    assert wall <= clock.now() <= time.time()
    assert steady <= clock.monotonic() <= time.monotonic()


def test_a_fake_clock_moves_both_clocks_unless_it_jumps() -> None:
    clock = FakeClock(100.0)
    clock_seen: Clock = clock
    steady = clock_seen.monotonic()
    clock.advance(5)
    clock.set(110)
    assert (clock_seen.now(), clock_seen.monotonic() - steady) == (110, 10)
    clock.jump(-60)
    assert (clock_seen.now(), clock_seen.monotonic() - steady) == (50, 10)


def test_a_fake_clock_refuses_to_let_time_pass_backwards() -> None:
    with pytest.raises(ValueError, match="use jump"):
        FakeClock(100.0).set(99)
