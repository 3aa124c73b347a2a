"""Misfire: what becomes of planned times that nobody served in time."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.time.rule import Daemon, FixedTime, Periodic
from domain.time.settle import POLICIES, Settled, default_window, settle

NOON = 1_800_000_000 // 3600 * 3600
HOUR = 3600.0


def told(settled: list[Settled]) -> list[tuple[int, str, int | None]]:
    """(minutes before NOON, result, minutes before NOON of what it merged into)."""
    return [
        ((NOON - one.at) // 60, one.result, None if one.into is None else (NOON - one.into) // 60)
        for one in settled
    ]


def minutes_ago(*minutes: int) -> list[int]:
    return [NOON - 60 * minute for minute in minutes]


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("seconds", [0, 0.3, 59.9])
def test_a_tick_within_its_minute_runs_normally_whatever_the_policy(policy: str, seconds: float) -> None:
    assert told(settle([NOON], NOON + seconds, policy, 60.0)) == [(0, "run", None)]


def test_once_runs_the_latest_missed_time_and_merges_the_earlier_into_it() -> None:
    found = settle(minutes_ago(30, 20, 10), NOON, "once", HOUR)
    assert told(found) == [(30, "merged", 10), (20, "merged", 10), (10, "catch_up", None)]


def test_once_merges_missed_times_into_the_one_that_is_on_time() -> None:
    found = settle(minutes_ago(20, 10, 0), NOON + 2.5, "once", HOUR)
    assert told(found) == [(20, "merged", 0), (10, "merged", 0), (0, "run", None)]


def test_skip_skips_missed_times_as_misfires_and_runs_the_one_on_time() -> None:
    found = settle(minutes_ago(10, 0), NOON, "skip", HOUR)
    assert told(found) == [(10, "skipped", None), (0, "run", None)]
    assert found[0].reason == "misfire"


def test_all_runs_each_missed_time() -> None:
    found = settle(minutes_ago(20, 10, 0), NOON, "all", HOUR)
    assert told(found) == [(20, "catch_up", None), (10, "catch_up", None), (0, "run", None)]


@pytest.mark.parametrize("policy", POLICIES)
def test_what_is_older_than_the_window_is_one_missed_record_with_range_and_count(policy: str) -> None:
    first, *_, last = times = minutes_ago(100, 90, 80)
    found = settle([*times, NOON], NOON, policy, HOUR)
    assert found[0] == Settled(first, "missed", last, 3, reason="older than the misfire window")
    assert told(found[1:]) == [(0, "run", None)]


def test_a_time_exactly_as_old_as_the_window_is_still_served() -> None:
    assert told(settle(minutes_ago(60), NOON, "once", HOUR)) == [(60, "catch_up", None)]
    assert told(settle(minutes_ago(60), NOON + 0.5, "once", HOUR)) == [(60, "missed", None)]


def test_nothing_planned_settles_nothing() -> None:
    assert settle([], NOON, "once", HOUR) == []


def test_an_unknown_policy_is_refused() -> None:
    with pytest.raises(ValueError, match="misfire: expected once, skip, all, got 'twice'"):
        settle([NOON], NOON, "twice", HOUR)


@pytest.mark.parametrize(
    ("rule", "window"),
    [(Periodic(1), 60.0), (Periodic(16), 960.0), (FixedTime(("05:30",)), 12 * HOUR), (Daemon(), 0.0)],
)
def test_the_window_is_one_period_or_12_hours(rule: Periodic | FixedTime | Daemon, window: float) -> None:
    assert default_window(rule) == window


PLANNED = st.lists(st.integers(0, 3000), unique=True, max_size=60).map(lambda ago: minutes_ago(*ago))


@settings(deadline=None, max_examples=300, print_blob=True)
@given(
    planned=PLANNED,
    seconds=st.floats(0, 59.9),
    policy=st.sampled_from(POLICIES),
    window=st.floats(0, 200_000),
)
def test_every_planned_time_has_exactly_one_result(
    planned: list[int], seconds: float, policy: str, window: float
) -> None:
    now = NOON + seconds
    settled = settle(planned, now, policy, window)
    accounted: Counter[int] = Counter()
    for one in settled:
        covered = [at for at in planned if one.at <= at <= one.last]
        assert len(covered) == one.count
        assert one.at in covered
        assert one.last in covered
        accounted.update(covered)
        if one.result == "missed":
            assert now - one.last > window
        elif one.result != "run":
            assert 60 <= now - one.at <= window
        assert (one.reason is not None) == (one.result in ("skipped", "missed"))
    assert accounted == Counter(planned)
    results = Counter(one.result for one in settled)
    assert results["missed"] <= 1
    served = {one.at for one in settled if one.result in ("run", "catch_up")}
    assert {one.into for one in settled if one.into is not None} <= served
    if policy == "once":
        assert len(served) == (1 if any(now - at <= window or now - at < 60 for at in planned) else 0)
