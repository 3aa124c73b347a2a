"""Money as integers: prices in 10^-9 of a currency, charges and balances in 10^-6, both exact."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation, localcontext
from enum import StrEnum

#: Parts of one unit of a currency in a price, and in a charge or balance.
PRICE = 10**9
CHARGE = 10**6
#: The most that a database column and an array hold.
LARGEST = 2**63 - 1
_CHARACTERS = frozenset("0123456789+-.eE")


class Rounding(StrEnum):
    """What becomes of the part that is too small. The same for amounts below zero, with their sign turned."""

    HALF_EVEN = "half_even"  # to the nearest; from the middle to the even one
    HALF_UP = "half_up"  # to the nearest; from the middle away from zero
    UP = "up"  # away from zero
    DOWN = "down"  # towards zero


def divided(number: int, by: int, rounding: Rounding = Rounding.HALF_EVEN) -> int:
    """`number` / `by` as a whole number; `by` is above zero."""
    whole, rest = divmod(abs(number), by)
    if rounding is Rounding.HALF_EVEN:
        more = 2 * rest > by or (2 * rest == by and whole % 2 == 1)
    elif rounding is Rounding.HALF_UP:
        more = 2 * rest >= by
    else:
        more = rounding is Rounding.UP and rest > 0
    return (whole + more) * (-1 if number < 0 else 1)


def to_price(amount: str | int | Decimal) -> int:
    """The price in 10^-9. Raises ValueError for what is no number, or finer than 10^-9, or too large."""
    return _scaled(amount, PRICE)


def to_charge(amount: str | int | Decimal) -> int:
    """The charge in 10^-6. Raises ValueError like `to_price`."""
    return _scaled(amount, CHARGE)


def from_price(price: int) -> Decimal:
    """In units of the currency, without zeros at the end."""
    return _plain(price, 9)


def from_charge(charge: int) -> Decimal:
    """In units of the currency, without zeros at the end."""
    return _plain(charge, 6)


def to_minor(charge: int, exponent: int, rounding: Rounding = Rounding.HALF_EVEN) -> int:
    """A charge as an invoice line says it: in 10^-`exponent` of the currency (0..6), rounded once."""
    if not 0 <= exponent <= 6:
        raise ValueError(f"a currency has 0 to 6 decimals, not {exponent}")
    return divided(charge, 10 ** (6 - exponent), rounding)


def _scaled(amount: str | int | Decimal, scale: int) -> int:
    if isinstance(amount, float | bool):
        raise ValueError(f"{amount!r} is no amount: give it as text, a float is not exact")
    text = str(amount).strip()
    try:
        if set(text) - _CHARACTERS:  # Decimal also takes 1_000, and the digits of every script
            raise InvalidOperation
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{amount!r} is no amount: expected digits and at most one point") from None
    if number and number.adjusted() > 18:  # before it is written out: 1e999999 has that many digits
        raise ValueError(f"{amount} is too large")
    if number and number.adjusted() < -18:
        raise ValueError(f"{amount} {_finer(scale)}")
    with localcontext(prec=len(text) + 40):
        scaled = number * scale
        whole = int(scaled)
    if scaled != whole:
        raise ValueError(f"{amount} {_finer(scale)}")
    if abs(whole) > LARGEST:
        raise ValueError(f"{amount} is too large")
    return whole


def _finer(scale: int) -> str:
    return f"is finer than {Decimal(1) / scale:f}, the smallest part that is kept"


def _plain(amount: int, decimals: int) -> Decimal:
    text = f"{Decimal(amount).scaleb(-decimals):f}"
    return Decimal(text.rstrip("0").rstrip(".") if "." in text else text)
