"""Is each check due at its own moment, once an interval, and never twice at once?"""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.monitoring.due import Plan, ended, is_due, next_due, phase, started

NOW = 1_800_000_000.0
names = st.text(max_size=30)
intervals = st.floats(1, 86_400)
moments = st.floats(0, 4e9)


@given(names, intervals, moments)
def test_the_next_time_is_the_first_one_after_the_moment(name: str, interval: float, moment: float) -> None:
    due = next_due(name, interval, moment)
    assert moment < due <= moment + interval * 1.001


@given(names, st.integers(1, 86_400), st.integers(0, 4_000_000_000))
def test_times_are_one_interval_apart(name: str, interval: int, moment: int) -> None:
    first = next_due(name, interval, moment)
    assert next_due(name, interval, first) == pytest.approx(first + interval)


def test_a_thousand_checks_do_not_start_at_once() -> None:
    seconds = Counter(int(phase(f"check {number}", 300)) for number in range(1000))
    assert len(seconds) > 250
    assert max(seconds.values()) <= 15


def test_the_moment_is_the_same_after_a_restart() -> None:
    assert phase("mail.example.org tcp 25", 60) == phase("mail.example.org tcp 25", 60)
    assert phase("mail.example.org tcp 25", 60) != phase("mail.example.org tcp 26", 60)


def test_a_check_that_runs_is_not_started_a_second_time() -> None:
    plan = started(Plan(NOW), "a", 60, NOW, limit=600)
    assert plan is not None
    assert plan.due_at <= NOW + 60
    assert started(plan, "a", 60, NOW + 300, limit=600) is None
    over = started(ended(plan), "a", 60, NOW + 300, limit=600)
    assert over is not None


def test_a_check_whose_end_was_never_told_is_due_again_after_its_limit() -> None:
    plan = started(Plan(NOW), "a", 60, NOW, limit=100)
    assert plan is not None
    assert not is_due(plan, NOW + 99)
    assert is_due(plan, NOW + 100)


def test_times_that_passed_unserved_are_one() -> None:
    plan = started(Plan(NOW - 86_400), "a", 60, NOW, limit=10)
    assert plan is not None
    assert NOW < plan.due_at <= NOW + 60


@given(st.lists(st.tuples(st.floats(0, 500), st.booleans()), max_size=100), st.integers(30, 300))
def test_whatever_happens_it_runs_once_at_a_time(steps: list[tuple[float, bool]], interval: int) -> None:
    plan, now, limit, running_until = Plan(NOW), NOW, 200.0, 0.0
    for pause, ends in steps:
        now += pause
        if ends:
            plan, running_until = ended(plan), 0.0
        begun = started(plan, "a", interval, now, limit)
        if begun is not None:
            assert now >= running_until
            plan, running_until = begun, now + limit


def test_an_interval_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="interval: expected more than 0 s"):
        next_due("a", 0, NOW)
