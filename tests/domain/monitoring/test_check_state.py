"""Does an alert open after N failures, close by itself, and not flap?"""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.monitoring.check_state import MOST_DOUBLED, CheckRule, CheckState, after, good_results_wanted

results = st.lists(st.booleans(), max_size=300)
rules = st.builds(CheckRule, st.integers(1, 6), st.integers(1, 6), st.sampled_from([0.0, 600.0, 1e9]))


def states(good: list[bool], rule: CheckRule, step: float = 60) -> list[CheckState]:
    state, seen = CheckState(), []
    for number, each in enumerate(good):
        state = after(state, each, rule, 1e9 + number * step)
        seen.append(state)
    return seen


def test_it_opens_at_the_third_failure_in_a_row() -> None:
    seen = states([False, False, True, False, False, False], CheckRule(fail_after=3))
    assert [state.is_open for state in seen] == [False] * 5 + [True]


def test_it_closes_by_itself_after_two_good_results() -> None:
    seen = states([False, True, False, True, True], CheckRule(fail_after=1, clear_after=2))
    assert [state.is_open for state in seen] == [True, True, True, True, False]


def test_good_and_bad_by_turns_opens_once() -> None:
    seen = states([False, True] * 100, CheckRule(fail_after=1, clear_after=2))
    assert sum(later.is_open and not state.is_open for state, later in pairwise(seen)) == 0
    assert seen[-1].is_open


def test_what_comes_back_soon_needs_twice_as_many_good_results_to_close() -> None:
    rule = CheckRule(fail_after=1, clear_after=2, calm=3600)
    seen = states([False, True, True, False, True, True, True, True], rule)
    assert [state.is_open for state in seen] == [True, True, False, True, True, True, True, False]


def test_what_was_calm_for_long_enough_starts_anew() -> None:
    rule = CheckRule(fail_after=1, clear_after=1, calm=100)
    state = CheckState(doubled=3, changed_at=1000)
    assert after(state, False, rule, 1099).doubled == 4
    assert after(state, False, rule, 1100).doubled == 0


@given(results, rules)
def test_it_opens_only_after_as_many_bad_results_and_closes_only_after_as_many_good_ones(
    good: list[bool], rule: CheckRule
) -> None:
    before = CheckState()
    for number, state in enumerate(states(good, rule)):
        if state.is_open and not before.is_open:
            assert not any(good[number + 1 - rule.fail_after : number + 1])
            assert number + 1 >= rule.fail_after
        if before.is_open and not state.is_open:
            wanted = good_results_wanted(before, rule)
            assert wanted >= rule.clear_after
            assert all(good[number + 1 - wanted : number + 1])
        before = state


@given(results, rules)
def test_enough_good_results_always_close_it(good: list[bool], rule: CheckRule) -> None:
    longest = rule.clear_after * 2**MOST_DOUBLED
    assert not states([*good, *[True] * longest], rule)[-1].is_open


@given(results, rules)
def test_enough_bad_results_always_open_it(good: list[bool], rule: CheckRule) -> None:
    assert states([*good, *[False] * rule.fail_after], rule)[-1].is_open


@given(st.lists(st.booleans(), min_size=400, max_size=400))
def test_within_a_calm_span_it_opens_only_a_few_times(good: list[bool]) -> None:
    rule = CheckRule(fail_after=1, clear_after=2, calm=1e9)
    seen = states(good, rule)
    opened = sum(later.is_open and not state.is_open for state, later in pairwise(seen))
    # 2, 4, 8 and 16 good results close the first ones, then 32 each of those that follow.
    assert opened <= MOST_DOUBLED + 1 + 400 // (rule.clear_after * 2**MOST_DOUBLED)


@pytest.mark.parametrize("wrong", [{"fail_after": 0}, {"clear_after": 1001}, {"calm": -1.0}])
def test_a_rule_of_nonsense_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="expected"):
        CheckRule(**wrong)  # type: ignore[arg-type]
