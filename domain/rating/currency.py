"""Day rates: what a charge in one currency is in another, by the day of the call (UTC)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from domain.money import Rounding
from domain.rating.charge import ROUNDINGS, exact
from domain.rating.time_profile import DAY

if TYPE_CHECKING:
    from domain.rating.arrays import Flags, Ints

_DAYS = 2**20


class DayRate(NamedTuple):
    """On `day` (days since 1970, UTC) one of the base currency is `per_base` 10^-9 of this one."""

    currency: str
    day: int
    per_base: int


@dataclass(frozen=True)
class DayRates:
    """Of all currencies; a rate also counts for the `carry` days after it, where none follows (weekends).

    The base currency needs none.
    """

    currencies: tuple[str, ...]
    starts: Ints
    per_base: Ints
    carry: int

    @classmethod
    def of(
        cls, base: str, rates: Iterable[DayRate], *, currencies: Iterable[str] = (), carry: int = 7
    ) -> DayRates:
        """`currencies`: those in use that may have no rate. Raises ValueError for a bad rate."""
        import numpy as np

        given = list(rates)
        for each in given:
            if not 0 < each.per_base < 2**62 or not 0 <= each.day < _DAYS or each.currency == base:
                raise ValueError(
                    f"{each.currency} on day {each.day}: {each.per_base} is no rate against {base}"
                )
        names = (base, *sorted({each.currency for each in given} | set(currencies) - {base}))
        place = {name: at for at, name in enumerate(names)}
        known = {place[each.currency] * _DAYS + each.day: each.per_base for each in given}
        starts = sorted(known)
        values = [known[start] for start in starts]
        return cls(names, np.array([-1, *starts], np.int64), np.array([1, *values], np.int64), carry)

    def places(self, currencies: Sequence[str]) -> Ints:
        """Of each its place here. Raises ValueError for one that is not known."""
        import numpy as np

        for name in currencies:
            if name not in self.currencies:
                raise ValueError(f"there is no currency {name!r}; there are {', '.join(self.currencies)}")
        return np.array([self.currencies.index(name) for name in currencies], np.int64)

    def converted(self, charge: Ints, source: Ints, target: Ints, at: Ints) -> tuple[Ints, Flags, Flags]:
        """Charges (10^-6) in another currency, half-even; which lack a day rate; which are too large.

        Currencies by place.
        """
        import numpy as np

        found = charge.copy()
        missing, beyond = np.zeros(len(charge), np.bool_), np.zeros(len(charge), np.bool_)
        rows = np.nonzero(source != target)[0]
        if not len(rows):
            return found, missing, beyond
        day = at[rows] // DAY
        of_source, known_source = self._on(source[rows], day)
        of_target, known_target = self._on(target[rows], day)
        half_even = np.full(len(rows), ROUNDINGS.index(Rounding.HALF_EVEN), np.int64)
        none = np.zeros(len(rows), np.int64)
        found[rows], beyond[rows] = exact(charge[rows], of_target, none, of_source, 1, half_even)
        missing[rows] = ~(known_source & known_target)
        found[missing] = 0
        return found, missing, beyond & ~missing

    def _on(self, currency: Ints, day: Ints) -> tuple[Ints, Flags]:
        import numpy as np

        wanted = currency * _DAYS + day
        at = np.searchsorted(self.starts, wanted, side="right") - 1
        known = (self.starts[at] >= currency * _DAYS) & (wanted - self.starts[at] <= self.carry)
        base = currency == 0
        return np.where(base, 10**9, np.where(known, self.per_base[at], 1)), known | base
