"""How much may a step destroy, and of what?"""

from __future__ import annotations

import pytest

from domain.effects.destroy import APART, Bounds, Doomed, chosen


def doomed(key: str, since: float, at: float = 10 * APART) -> Doomed:
    return Doomed(key, key, since, at)


@pytest.mark.parametrize(
    ("total", "most"), [(0, 1), (50, 1), (199, 1), (200, 2), (1_000, 10), (2_000, 20), (90_000, 20)]
)
def test_at_most_twenty_or_one_percent_go_in_one_run_but_always_one(total: int, most: int) -> None:
    assert Bounds().per_run(total) == most


def test_only_what_two_complete_reads_a_day_apart_have_missed_goes() -> None:
    day_later = doomed("proved", 9 * APART)
    too_soon = doomed("seen yesterday", 9 * APART + 1)
    assert chosen([too_soon, day_later], 90_000, Bounds()) == [day_later]


def test_the_longest_absent_go_first() -> None:
    some = [doomed(f"k{n}", float(n)) for n in (3, 1, 2)]
    assert [each.key for each in chosen(some, 200, Bounds())] == ["k1", "k2"]


@pytest.mark.parametrize("wrong", [{"most": 0}, {"share": 0.0}, {"share": 1.5}])
def test_bounds_that_cannot_be_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="expected"):
        Bounds(**wrong)  # type: ignore[arg-type]
