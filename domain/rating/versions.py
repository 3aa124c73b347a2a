"""Which version of a rate was in force at a time: the effective dates of all rates in one sorted array."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.rating.arrays import NEVER, NONE

if TYPE_CHECKING:
    from domain.rating.arrays import Ints

#: Bits of a time; the place of the offer stands before them.
TIME_BITS = 33


@dataclass(frozen=True, slots=True)
class Versions:
    """`starts`: offer and second from which a version counts; `ends`: the first second after it."""

    starts: Ints
    ends: Ints
    rates: Ints

    def live(self, offer: Ints, at: Ints) -> Ints:
        """The rate (a place) of each offer in force at this second; NONE if none is."""
        import numpy as np

        wanted = (offer << TIME_BITS) + at
        found = np.searchsorted(self.starts, wanted, side="right") - 1
        rates = np.where(self.ends[found] > at, self.rates[found], NONE)
        return np.where((self.starts[found] >> TIME_BITS == offer) & (found >= 0), rates, NONE)


def in_order(offer: Ints, since: Ints, until: Ints, rate: Ints) -> Versions:
    """From versions sorted by offer, then `since`, then what came later: of two that are live the later wins.

    A version that ends gives way to the one before it, if that is still live. `until` is NEVER for no end.
    """
    import numpy as np

    same = offer[1:] == offer[:-1]
    ends = until.copy()
    ends[:-1] = np.where(same, np.minimum(until[:-1], since[1:]), until[:-1])
    outlives = np.nonzero(same & (until[:-1] > until[1:]))[0]
    starts = (offer << TIME_BITS) + since
    if not len(outlives):
        return Versions(starts, ends, rate)
    tangled = np.unique(offer[outlives])
    plain = ~np.isin(offer, tangled)
    columns = [[starts[plain]], [ends[plain]], [rate[plain]]]
    for each in tangled:
        low, high = np.searchsorted(offer, [each, each + 1])
        parts = _untangled(since[low:high].tolist(), until[low:high].tolist(), rate[low:high].tolist())
        for column, values in zip(columns, zip(*parts, strict=True), strict=True):
            column.append(np.array(values, np.int64))
        columns[0][-1] += each << TIME_BITS
    joined = [np.concatenate(column) for column in columns]
    order = np.argsort(joined[0], kind="stable")
    return Versions(*(column[order] for column in joined))


def _untangled(since: list[int], until: list[int], rate: list[int]) -> list[tuple[int, int, int]]:
    """(from, to, rate) that do not overlap."""
    moments = sorted({*since, *until})
    parts: list[tuple[int, int, int]] = []
    for low, high in zip(moments, [*moments[1:], NEVER], strict=True):
        live = [at for at in range(len(since)) if since[at] <= low < until[at]]
        if live and low < high:
            parts.append((low, high, rate[live[-1]]))
    return parts
