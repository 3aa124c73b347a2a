"""Are decimals and times exact both ways, and what is none refused in one line?"""

from __future__ import annotations

from functools import partial

import pytest

from domain.objects.catalogue import find
from domain.objects.scaled import amount, from_column, moment, to_column

price = partial(amount, 9, "0")


@pytest.mark.parametrize(
    ("given", "stored", "shown"),
    [
        ("0.0123", 12_300_000, "0.0123"),
        (" 1.50 ", 1_500_000_000, "1.5"),
        ("1e-9", 1, "0.000000001"),
        (7, 7_000_000_000, "7"),
        ("0", 0, "0"),
    ],
)
def test_a_price_is_shown_as_it_was_given_and_stored_whole(given: object, stored: int, shown: str) -> None:
    field = find("rate").by_name["price"]
    assert (price(given), to_column(field, price(given))) == (shown, stored)
    assert from_column(field, stored) == shown


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("-0.01", "below 0"),
        ("NaN", "no amount"),
        ("inf", "no amount"),
        ("1,5", "no amount"),
        ("1_000", "no amount"),
        ("", "no amount"),
        ("0.0000000001", "finer than"),
        ("1" * 30, "too large"),
        (0.5, "as text"),
        (True, "as text"),
        (None, "as text"),
    ],
)
def test_what_is_no_price_is_refused(given: object, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        price(given)


@pytest.mark.parametrize(
    ("given", "stored", "shown"),
    [
        ("2027-01-15T08:00:00Z", 1_800_000_000, "2027-01-15T08:00:00Z"),
        ("2027-01-15 09:00+01:00", 1_800_000_000, "2027-01-15T08:00:00Z"),
        ("2027-01-15", 1_799_971_200, "2027-01-15T00:00:00Z"),
        ("", 0, ""),
    ],
)
def test_a_time_is_shown_in_utc_and_stored_as_seconds(given: str, stored: int, shown: str) -> None:
    field = find("rate").by_name["since"]
    assert (moment(given), to_column(field, moment(given))) == (shown, stored)
    assert from_column(field, stored) == shown


@pytest.mark.parametrize(
    "given", ["15.01.2027", "2027-13-01", "1969-12-31", "2300-01-01", 5, "2027-01-15T08:00:00.5Z"]
)
def test_what_is_no_time_is_refused(given: object) -> None:
    with pytest.raises(ValueError, match=r"expected a time|no time|no whole second"):
        moment(given)
