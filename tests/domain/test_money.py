"""Are amounts kept exactly, rounded as their rule says, and refused where they cannot be kept?"""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal, localcontext
from random import Random

import pytest

from domain.money import (
    Rounding,
    divided,
    from_charge,
    from_price,
    to_charge,
    to_minor,
    to_price,
)

AS_DECIMAL = {
    Rounding.HALF_EVEN: ROUND_HALF_EVEN,
    Rounding.HALF_UP: ROUND_HALF_UP,
    Rounding.UP: ROUND_UP,
    Rounding.DOWN: ROUND_DOWN,
}


@pytest.mark.parametrize("text", ["0.000000001", "1", "-12.5", "9223372036.854775807", " 1.50 ", "1e-3"])
def test_a_price_comes_back_as_it_was_given(text: str) -> None:
    assert from_price(to_price(text)) == Decimal(text.strip())


def test_a_charge_comes_back_without_zeros_at_its_end() -> None:
    assert str(from_charge(to_charge("1200.500000"))) == "1200.5"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1,5",
        "1.234,5",
        "NaN",
        "Infinity",
        "0.0000000001",
        "9223372036.854775808",
        "1e30",
        "1e999999",
        "1e-999999",
        "1_000",
        "٣",
        "1." + "0" * 70 + "1",
        "x",
    ],
)
def test_what_is_no_price_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(ValueError) as refused:
        to_price(text)
    assert len(str(refused.value).splitlines()) == 1


def test_a_float_is_refused_for_it_is_not_exact() -> None:
    with pytest.raises(ValueError, match="not exact"):
        to_price(0.1)  # type: ignore[arg-type]


@pytest.mark.parametrize("rounding", list(Rounding))
def test_division_rounds_like_decimal_does(rounding: Rounding) -> None:
    seed = Random().randrange(2**31)
    print(f"seed {seed}")
    random = Random(seed)
    for _ in range(2000):
        number, by = random.randrange(-200, 200), random.choice([1, 2, 3, 4, 10, 60_000])
        number *= random.choice([1, 10**40 + 1])
        with localcontext(prec=120):
            exact = (Decimal(number) / Decimal(by)).quantize(Decimal(1), AS_DECIMAL[rounding])
            assert divided(number, by, rounding) == int(exact)


@pytest.mark.parametrize(
    ("charge", "exponent", "minor"), [(1_005_000, 2, 100), (1_015_000, 2, 102), (1_500_000, 0, 2), (1, 6, 1)]
)
def test_an_invoice_line_is_rounded_to_what_the_currency_has(charge: int, exponent: int, minor: int) -> None:
    assert to_minor(charge, exponent) == minor
