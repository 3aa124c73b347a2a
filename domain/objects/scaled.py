"""Decimals and times: texts to people, whole numbers in the database, so that both are exact.

A price is ``0.0123`` and stored in 10^-9 of its currency; a time is ``2026-11-22T10:00:00Z`` (UTC) and
stored in epoch seconds.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from domain.money import from_charge, from_price, to_charge, to_price
from domain.objects.field import ObjectField
from domain.objects.marks import Moment, Money

_INTO = {9: to_price, 6: to_charge}
_FROM = {9: from_price, 6: from_charge}
#: The shapes of fields whose column holds something else than their value.
SCALED = ("money", "moment")
#: The first second after the times that rates know (`domain.rating.rate`).
_END = 2**33


def amount(places: int, lowest: str | None, given: object) -> str:
    """A decimal in one way of writing; `lowest` is the least it may be. Raises ValueError."""
    if not isinstance(given, str | int) or isinstance(given, bool):
        raise ValueError('expected a decimal as text, such as "0.0123"')
    number = _INTO[places](given)
    if lowest is not None and number < _INTO[places](lowest):
        raise ValueError(f"{given} is below {lowest}")
    return f"{_FROM[places](number):f}"


def moment(given: object) -> str:
    """A time in one way of writing, to the second; "" stays. Raises ValueError."""
    if not isinstance(given, str):
        raise ValueError("expected a time as text, such as 2026-11-22T10:00:00Z")
    if not given.strip():
        return ""
    try:
        found = datetime.fromisoformat(given.strip())
    except ValueError:
        raise ValueError(f"{given[:40]!r} is no time: expected one such as 2026-11-22T10:00:00Z") from None
    at = (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    if at != int(at) or not 0 <= at < _END:
        raise ValueError(f"{given[:40]!r} is no whole second from 1970 to 2242")
    return _told(int(at))


def moment_or_none(given: object) -> str | None:
    """The same; None and "" are none."""
    return None if given is None else moment(given) or None


def second(text: str) -> int:
    """The epoch seconds of what `moment` has written."""
    return int(datetime.fromisoformat(text).timestamp())


def to_column(field: ObjectField, value: Any) -> Any:
    """What the database holds for a value; what is neither money nor a time stays. Raises ValueError."""
    if field.shape == "money" and value is not None:
        return _INTO[field.places](value)
    if field.shape == "moment":
        return second(value) if value else None if field.nullable else 0
    return value


def from_column(field: ObjectField, value: Any) -> Any:
    """The same the other way."""
    if value is None:
        return None
    if field.shape == "money":
        return f"{_FROM[field.places](value):f}"
    if field.shape == "moment":
        return _told(value) if value or field.nullable else ""
    return value


def _told(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")


#: A price or fee; what one of a currency is in another; what a client may owe.
Price = Annotated[str, BeforeValidator(partial(amount, 9, "0")), Field(max_length=40), Money(9)]
PerBase = Annotated[str, BeforeValidator(partial(amount, 9, "0.000000001")), Field(max_length=40), Money(9)]
Credit = Annotated[str, BeforeValidator(partial(amount, 6, "0")), Field(max_length=40), Money(6)]
Since = Annotated[str, BeforeValidator(moment), Field(max_length=40), Moment()]
Until = Annotated[str | None, BeforeValidator(moment_or_none), Moment()]
