"""Columns of text as numbers: all at once where all are right, one by one where one is not.

Each function gives the values and, for rows that are wrong, why: {row: reason}. A wrong row's value is 0.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from domain.rating.arrays import Ints

Wrong = dict[int, str]

#: The first second of 2000 and of 2100: no switch that knows the time says another year.
FIRST, LAST = 946_684_800, 4_102_444_800
_PLAIN = re.compile(r"[+-]?\d{1,15}(\.\d{0,9})?", re.ASCII)


def whole(column: Sequence[str], what: str, scale: int = 1) -> tuple[Ints, Wrong]:
    """Whole numbers times `scale`; nothing at all is 0, a fraction is cut off."""
    import numpy as np

    try:
        given = [each or "0" for each in column] if "" in column else column
        values = np.fromiter(map(int, given), np.int64, len(column))
        return (values if scale == 1 else values * scale), {}
    except (ValueError, OverflowError):
        return _one_by_one(column, what, scale)


def words(column: Sequence[str], known: Mapping[str, int], what: str) -> tuple[Ints, Wrong]:
    """What each word stands for."""
    import numpy as np

    try:
        return np.fromiter(map(known.__getitem__, column), np.int64, len(column)), {}
    except KeyError:
        pass
    values, wrong = np.zeros(len(column), np.int64), {}
    for row, text in enumerate(column):
        number = known.get(text.strip().lower())
        if number is None:
            wrong[row] = f"{what} is {shown(text)}"
        else:
            values[row] = number
    return values, wrong


def shown(text: str) -> str:
    """For a reason: short, and in quotes."""
    return repr(text if len(text) <= 40 else text[:37] + "…")


def _one_by_one(column: Sequence[str], what: str, scale: int) -> tuple[Ints, Wrong]:
    import numpy as np

    values, wrong = np.zeros(len(column), np.int64), {}
    for row, text in enumerate(column):
        text = text.strip()
        if not text:
            continue
        if _PLAIN.fullmatch(text):
            values[row] = int(float(text) * scale) if "." in text else int(text) * scale
        else:
            wrong[row] = f"{what} is {shown(text)}: expected a whole number"
    return values, wrong
