"""What a volume costs by a rate: grace, minimum, intervals, setup, and one rounding, exact for any size.

The rule, and the worked example of the tests, are those of JeraSoft's guide: nothing within the grace; else
the minimum, then whole intervals above it; setup once, as soon as anything is charged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.money import LARGEST, Rounding, divided

if TYPE_CHECKING:
    from domain.rating.arrays import Flags, Ints

#: Roundings by the number that stands for them in a column.
ROUNDINGS = tuple(Rounding)
#: A charge above it is a mistake: a million millions of the currency.
MOST_CHARGE = 10**18
_SAFE = 2**61


def billed(volume: Ints, minimum: Ints, interval: Ints, grace: Ints, minimum_over_grace: Flags) -> Ints:
    """The volume that is charged, in the same unit; 0 for what is free."""
    import numpy as np

    above = np.maximum(volume - minimum, 0)
    charged = minimum + -(-above // interval) * interval
    free = (volume <= grace) & ~(minimum_over_grace & (minimum > grace)) | (volume <= 0)
    return np.where(free, 0, charged)


def charged(volume: Ints, price: Ints, unit: Ints, setup: Ints, rounding: Ints) -> tuple[Ints, Flags]:
    """The charges of billed volumes in 10^-6, and which are too large to be kept (their charge is 0).

    `price` and `setup` in 10^-9, `rounding` by its place in `ROUNDINGS`. A volume of 0 costs nothing.
    """
    import numpy as np

    setup = np.where(volume > 0, setup, 0)
    return exact(volume, price, setup, unit, 1000, rounding)


def exact(number: Ints, by: Ints, plus: Ints, over: Ints, scale: int, rounding: Ints) -> tuple[Ints, Flags]:
    """(number x by + plus x over) / (over x scale), rounded, of any size; and which are too large."""
    import numpy as np

    top = _top(number) * _top(by) + _top(plus) * _top(over)
    if top < _SAFE and _top(over) * scale < _SAFE:
        return _kept(_divided(number * by + plus * over, over * scale, rounding))
    size = np.abs(number.astype(float)) * np.abs(by.astype(float))
    size += np.abs(plus.astype(float)) * np.abs(over.astype(float))
    wide = (size >= _SAFE) | (over.astype(float) * scale >= _SAFE)
    found = np.zeros(len(number), np.int64)
    slim = np.nonzero(~wide)[0]
    found[slim] = _divided(
        number[slim] * by[slim] + plus[slim] * over[slim], over[slim] * scale, rounding[slim]
    )
    for row in np.nonzero(wide)[0].tolist():
        below = int(over[row])
        whole = int(number[row]) * int(by[row]) + int(plus[row]) * below
        value = divided(whole, below * scale, ROUNDINGS[int(rounding[row])])
        found[row] = max(-LARGEST, min(value, LARGEST))
    return _kept(found)


def _kept(charge: Ints) -> tuple[Ints, Flags]:
    import numpy as np

    beyond = np.abs(charge) > MOST_CHARGE
    return np.where(beyond, 0, charge), beyond


def _top(column: Ints) -> int:
    return max(abs(int(column.max(initial=0))), abs(int(column.min(initial=0))))


def _divided(number: Ints, by: Ints, rounding: Ints) -> Ints:
    """Like `money.divided`, for columns."""
    import numpy as np

    if number.min(initial=0) < 0:
        return np.where(number < 0, -1, 1) * _divided(np.abs(number), by, rounding)
    whole = number // by
    rest = number - whole * by
    left = by - rest
    kinds = np.unique(rounding).tolist()
    for kind in kinds:
        name = ROUNDINGS[kind]
        if name is Rounding.HALF_EVEN:
            more = (rest > left) | ((rest == left) & (whole & 1 == 1))
        elif name is Rounding.HALF_UP:
            more = rest >= left
        elif name is Rounding.UP:
            more = rest > 0
        else:
            continue
        whole += more if len(kinds) == 1 else more & (rounding == kind)
    return whole
