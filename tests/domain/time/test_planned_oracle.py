"""Planned times against the minute-by-minute oracle, around every odd change of clocks."""

from __future__ import annotations

import os
import random
from itertools import pairwise

import pytest

from domain.time.planned import next_times, planned_times
from domain.time.problems import WEEKDAYS
from domain.time.rule import FixedTime, Periodic
from tests.domain.time import changes, oracle

SEED = int(os.environ.get("TICKWORKS_TEST_SEED") or random.randrange(10**6))
EVERY_MINUTE = tuple(f"{hour:02}:{minute:02}" for hour in range(24) for minute in range(60))


@pytest.fixture(scope="module", params=changes.ALL, ids="-".join)
def walked(request: pytest.FixtureRequest) -> oracle.Walk:
    return oracle.walk(*request.param)


@pytest.mark.covers("page", "Schedule")
def test_every_period_and_align_is_planned_as_the_clock_shows(walked: oracle.Walk) -> None:
    for period in range(1, 61):
        for align, expected in oracle.periodic_by_align(walked, period).items():
            found = planned_times(Periodic(period, align), walked.after, walked.until, walked.zone)
            assert [planned.at for planned in found] == expected, f"every {period} at {align}"


def test_every_minute_of_the_day_as_a_fixed_time_is_planned_as_the_clock_shows(walked: oracle.Walk) -> None:
    found = planned_times(FixedTime(EVERY_MINUTE), walked.after, walked.until, walked.zone)
    assert {at: list(times) for at, times in found} == oracle.fixed(walked, EVERY_MINUTE)


def test_weekdays_and_days_go_by_the_date_on_the_wall(walked: oracle.Walk) -> None:
    times = EVERY_MINUTE[::15]
    for number, word in enumerate(WEEKDAYS):
        dates = {on for on in walked.first if on.weekday() == number}
        found = planned_times(FixedTime(times, weekdays=(word,)), walked.after, walked.until, walked.zone)
        assert {at: list(texts) for at, texts in found} == oracle.fixed(walked, times, dates), word
    for on in walked.first:
        found = planned_times(FixedTime(times, days=(on.day,)), walked.after, walked.until, walked.zone)
        assert {at: list(texts) for at, texts in found} == oracle.fixed(walked, times, {on}), on


def test_windows_cut_anywhere_join_without_loss_or_double(walked: oracle.Walk) -> None:
    chance = random.Random(SEED)
    rules = [
        Periodic(1),
        Periodic(chance.randrange(2, 61), chance.randrange(2)),
        FixedTime(tuple(chance.sample(EVERY_MINUTE, 200))),
    ]
    for rule in rules:
        whole = planned_times(rule, walked.after, walked.until, walked.zone)
        cuts = sorted(chance.sample(range(walked.after + 1, walked.until), 40))
        cuts += [planned.at for planned in chance.sample(whole, min(20, len(whole)))]
        bounds = sorted({walked.after, *cuts, walked.until})
        parts = [
            planned
            for after, until in pairwise(bounds)
            for planned in planned_times(rule, after, until, walked.zone)
        ]
        assert parts == whole, f"seed {SEED}: {rule}"


def test_a_tick_each_minute_finds_what_one_look_back_finds(walked: oracle.Walk) -> None:
    begin = walked.after + 86400
    ticks = range(begin, begin + 86400, 60)
    for rule in (Periodic(1), Periodic(7), FixedTime(EVERY_MINUTE[::30])):
        by_tick = [planned for tick in ticks for planned in planned_times(rule, tick, tick + 60, walked.zone)]
        assert by_tick == planned_times(rule, ticks[0], ticks[-1] + 60, walked.zone), rule


def test_next_times_are_the_first_of_the_planned_ones(walked: oracle.Walk) -> None:
    for rule in (Periodic(16, 3), Periodic(60, 30), FixedTime(("00:00", "02:15", "23:45"))):
        whole = planned_times(rule, walked.after, walked.until, walked.zone)
        for count in (1, 2, len(whole)):
            assert next_times(rule, walked.after, count, walked.zone) == whole[:count], rule
