"""Does a volume cost what the rule says: grace, minimum, interval, setup, rounding?"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from domain.money import Rounding, to_charge
from domain.rating.at_work import Reason
from domain.rating.rate import Rate, RateTable
from tests.domain.rating.asked import EURO, ask, book


def worked_example() -> list[tuple[int, int, int]]:
    """Of JeraSoft's guide: 1 for a minute, minimum 30, interval 1, grace 2, setup 0.3."""
    with (Path(__file__).parent / "worked_example.csv").open() as file:
        rows = list(csv.DictReader(file))
    return [(int(row["seconds"]), int(row["billed"]), to_charge(row["charge"])) for row in rows]


@pytest.mark.parametrize(("seconds", "billed", "charge"), worked_example())
def test_the_published_example_comes_out(seconds: int, billed: int, charge: int) -> None:
    rates = [Rate(1, 1, "44", EURO, minimum=30, grace=2, setup=3 * EURO // 10)]
    said = ask(book(rates), "442012345", volume=seconds)
    assert (said.billed, said.charge, said.cost) == (billed, charge, charge)


@pytest.mark.parametrize(("over_grace", "billed"), [(False, 0), (True, 30)])
def test_a_table_says_whether_a_minimum_wins_over_the_grace(over_grace: bool, billed: int) -> None:
    tables = [RateTable(1, "EUR", minimum_over_grace=over_grace)]
    asked = book([Rate(1, 1, "44", EURO, minimum=30, grace=10)], tables=tables)
    assert ask(asked, "44", volume=5).billed == billed
    assert ask(asked, "44", volume=0).billed == 0  # nobody pays for what was not answered


def test_what_was_begun_above_the_minimum_is_charged_in_whole_intervals() -> None:
    asked = book([Rate(1, 1, "44", EURO, minimum=30, interval=6)])
    assert [ask(asked, "44", volume=each).billed for each in (1, 30, 31, 36, 37)] == [30, 30, 36, 36, 42]


@pytest.mark.parametrize(
    ("rounding", "charges"),
    [
        (Rounding.HALF_EVEN, [0, 2, 2, -2]),
        (Rounding.HALF_UP, [1, 2, 3, -2]),
        (Rounding.UP, [1, 2, 3, -2]),
        (Rounding.DOWN, [0, 1, 2, -1]),
    ],
)
def test_a_charge_is_rounded_once_as_its_table_says(rounding: Rounding, charges: list[int]) -> None:
    tables = [RateTable(1, "EUR", rounding=rounding)]
    found = []
    for price in (500, 1500, 2500, -1500):
        found.append(ask(book([Rate(1, 1, "1", price, unit=1)], tables=tables), "1", volume=1).charge)
    assert found == charges


def test_large_volumes_and_prices_are_exact() -> None:
    rates = [Rate(1, 1, "1", 123_456_789_123, unit=1024**3 - 1)]
    volume = 10**15 + 7
    exact = 123_456_789_123 * volume
    whole, rest = divmod(exact, (1024**3 - 1) * 1000)
    assert ask(book(rates), "1", volume=volume).charge == whole + (2 * rest > (1024**3 - 1) * 1000)


@pytest.mark.parametrize("price", [10**18, -(10**18)])
def test_a_charge_that_cannot_be_kept_is_refused_and_never_wraps(price: int) -> None:
    said = ask(book([Rate(1, 1, "1", price, unit=1)]), "1", volume=2**50)
    assert (said.reason, said.charge, said.cost) == (Reason.TOO_LARGE, 0, 0)


def test_additive_rates_are_charged_on_top() -> None:
    rates = [
        Rate(1, 1, "44", 60 * EURO),
        Rate(2, 1, "44", 0, setup=EURO, additive=True),
        Rate(3, 1, "44", 0, setup=2 * EURO, tag="mobile", additive=True),
        Rate(4, 1, "4", 0, setup=5 * EURO, additive=True),
    ]
    asked = book(rates)
    assert ask(asked, "442", volume=1).charge == 2 * 10**6
    assert ask(asked, "442", volume=1, tags=frozenset({"mobile"})).charge == 4 * 10**6
    assert ask(asked, "43", volume=1).reason is Reason.NO_RATE  # nothing is there for it to stand on


def test_the_sum_of_additive_rates_never_wraps_either() -> None:
    tags = [f"t{at}" for at in range(12)]
    price = 9 * 10**17  # at a volume of 1000 each can be kept, together they are more than 63 bits
    more = [Rate(at, 1, "1", price, unit=1, tag=tag, additive=True) for at, tag in enumerate(tags, 1)]
    said = ask(book([Rate(0, 1, "1", 0), *more]), "1", volume=1000, tags=frozenset(tags))
    assert (said.reason, said.charge, said.cost) == (Reason.TOO_LARGE, 0, 0)
    assert ask(book([Rate(0, 1, "1", 0), *more]), "1", volume=1000, tags=frozenset(tags[:1])).charge == price
