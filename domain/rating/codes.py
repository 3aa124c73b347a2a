"""Which code of a rate table a number has: nested codes of all tables, laid flat into one sorted array.

Codes lie within each other like brackets. Their edges cut the line of all numbers into segments, and each
segment belongs to the longest code around it: the longest match of a number is one binary search.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.rating.arrays import NONE
from domain.rating.numbers import PLACES

if TYPE_CHECKING:
    from domain.rating.arrays import Ints


@dataclass(frozen=True, slots=True)
class Codes:
    """`starts` and `owners`: the segments, and the code (a place, or NONE) that each belongs to.

    By code: its `length` in digits, and `shorter`, the longest code of its table that it begins with.
    """

    places: int
    starts: Ints
    owners: Ints
    length: Ints
    shorter: Ints

    def place(self, table: Ints, key: Ints) -> Ints:
        """Where numbers (their keys) of these tables lie among the segments."""
        places: Ints = table * 11**self.places + key // 11 ** (PLACES - self.places)
        return places

    def find(self, table: Ints, key: Ints) -> Ints:
        """The longest code of the table (a place) that a number (its key) begins with; NONE if there is none.

        Fastest for rows in the order of their places.
        """
        import numpy as np

        at: Ints = np.searchsorted(self.starts, self.place(table, key), side="right") - 1
        owners: Ints = self.owners[at]
        return owners


def flatten(table: Ints, key: Ints, length: Ints) -> tuple[Codes, Ints]:
    """The codes of all tables, and for each row given here the place of its code; rows may repeat a code.

    `key`: where the code's interval begins. Raises ValueError if they do not fit into 63 bits together.
    """
    import numpy as np

    places = int(length.max(initial=1))
    tables = int(table.max(initial=0)) + 1
    if tables * 11**places >= 2**63:
        raise ValueError(f"{tables} rate tables with codes of {places} digits are too many for one index")
    low, first, which = np.unique(
        table * 11**places + key // 11 ** (PLACES - places), return_index=True, return_inverse=True
    )
    length = length[first]
    high = low + 11 ** (places - length)
    starts = np.unique(np.concatenate((np.array([-1], np.int64), low, high)))
    owners = np.full(len(starts), NONE, np.int64)
    shorter = np.full(len(low), NONE, np.int64)
    for digits in np.unique(length):  # the longer ones lie above the shorter ones
        these = np.nonzero(length == digits)[0]
        shorter[these] = owners[np.searchsorted(starts, low[these])]
        nearest = np.searchsorted(low[these], starts, side="right") - 1
        inside = (nearest >= 0) & (starts < high[these][nearest])
        owners[inside] = these[nearest[inside]]
    return Codes(places, starts, owners, length, shorter), which.astype(np.int64)
