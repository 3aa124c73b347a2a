"""What an operator enters: rate tables and their rates."""

from __future__ import annotations

from typing import NamedTuple

from domain.money import Rounding
from domain.rating.numbers import interval

#: Times are seconds from 1970 to the year 2242.
LAST = 2**33 - 1
#: Minimum, interval, grace and unit are below this.
LONGEST = 2**40


class RateTable(NamedTuple):
    """`parent`: the table that has what this one lacks. `rounding` is that of each charge.

    `minimum_over_grace`: a minimum longer than the grace is charged within the grace too, as others do.
    """

    id: int
    currency: str
    parent: int | None = None
    rounding: Rounding = Rounding.HALF_EVEN
    minimum_over_grace: bool = False


class Rate(NamedTuple):
    """`price`: 10^-9 of the table's currency for `unit` of volume; `setup`: 10^-9 for each call.

    `minimum`, `interval`, `grace`, `unit`: in the unit of volume (s of a call). In force from `since` until
    before `until` (epoch seconds; None: until another follows). `src_code`: only for callers that begin so;
    `tag`: only for calls that carry it; `profile`: only within this time profile. `additive`: on top of the
    rate that is found, instead of being it.
    """

    id: int
    table: int
    code: str
    price: int
    since: int = 0
    until: int | None = None
    unit: int = 60
    setup: int = 0
    minimum: int = 0
    interval: int = 1
    grace: int = 0
    src_code: str = ""
    tag: str = ""
    profile: str = ""
    additive: bool = False


def problem(rate: Rate) -> str | None:
    """What is wrong with it, in one line; None if nothing is."""
    for name in ("code", "src_code"):
        try:
            interval(getattr(rate, name))
        except ValueError as error:
            return f"{name}: {error}"
    if not 0 <= rate.since <= LAST:
        return f"since: {rate.since} is no time between 1970 and 2242"
    if rate.until is not None and not rate.since < rate.until <= LAST:
        return f"until: {rate.until} does not come after since ({rate.since})"
    for name, least in (("unit", 1), ("interval", 1), ("minimum", 0), ("grace", 0)):
        if not least <= getattr(rate, name) < LONGEST:
            return f"{name}: expected {least} to {LONGEST - 1}, not {getattr(rate, name)}"
    for name in ("price", "setup"):
        if abs(getattr(rate, name)) >= 2**62:
            return f"{name}: {getattr(rate, name)} is too large"
    return None
