"""Is a value bad on the right side of its limit, and good again only when it is clearly better?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.monitoring.threshold import Threshold

numbers = st.floats(-1e12, 1e12)


def test_a_full_disk_is_bad_from_the_limit_on() -> None:
    disk = Threshold(90)
    assert [disk.crossed(value) for value in (89.9, 90, 95)] == [False, True, True]


def test_little_free_space_is_bad_from_the_limit_down() -> None:
    free = Threshold(10, "below")
    assert [free.crossed(value) for value in (10.1, 10, 5)] == [False, True, True]


def test_what_was_bad_is_good_again_only_beyond_the_slack() -> None:
    disk = Threshold(90, slack=5)
    assert [disk.crossed(value, before=True) for value in (89, 85, 84.9)] == [True, True, False]


@given(numbers, numbers, st.floats(0, 1e6), st.sampled_from(["above", "below"]))
def test_a_value_that_is_bad_stays_bad_until_it_is_better(
    limit: float, value: float, slack: float, worse: str
) -> None:
    threshold = Threshold(limit, worse, slack)  # type: ignore[arg-type]
    if threshold.crossed(value):
        assert threshold.crossed(value, before=True)


@given(numbers, numbers, st.floats(0, 1e6))
def test_above_and_below_are_mirrors(limit: float, value: float, slack: float) -> None:
    above, below = Threshold(limit, "above", slack), Threshold(-limit, "below", slack)
    for before in (False, True):
        assert above.crossed(value, before=before) == below.crossed(-value, before=before)


def test_the_words_name_value_limit_and_unit() -> None:
    assert Threshold(90).in_words(93.456, "%") == "93.46 % is at or above 90 %"
    assert Threshold(14, "below").in_words(3, "d") == "3 d is at or below 14 d"


def test_no_number_is_no_value() -> None:
    with pytest.raises(ValueError, match="value: expected a number"):
        Threshold(1).crossed(float("nan"))


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ((float("inf"),), "limit: expected a number"),
        ((1.0, "beside"), "worse: expected above or below"),
        ((1.0, "above", -1.0), "slack: expected 0 or more"),
    ],
)
def test_nonsense_is_refused(values: tuple[object, ...], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Threshold(*values)  # type: ignore[arg-type]
