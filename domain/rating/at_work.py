"""A batch on its way through the rating: what became of each leg so far."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from domain.rating.account import Edit
from domain.rating.arrays import NONE
from domain.rating.legs import Legs
from domain.rating.numbers import Numbers

if TYPE_CHECKING:
    from domain.rating.arrays import Flags, Ints


class Reason(IntEnum):
    """Why a leg has no charge; the first that is found."""

    RATED = 0
    BAD_TIME = 1
    BAD_VOLUME = 2
    DENIED = 3
    NO_ACCOUNT = 4
    NO_TABLE = 5
    BAD_NUMBER = 6
    NO_CODE = 7
    NO_RATE = 8
    NO_DAY_RATE = 9
    TOO_LARGE = 10


#: Stands where the reason would, of a leg that somebody else rates.
LEFT = -1

#: Each in a sentence, for those who look for the cause.
SAID = {
    Reason.RATED: "rated",
    Reason.BAD_TIME: "its time lies outside 1970 to 2242",
    Reason.BAD_VOLUME: "its volume is below zero or impossibly large",
    Reason.DENIED: "a traffic rule denies it",
    Reason.NO_ACCOUNT: "no account has this address, name, number or PIN with this tech prefix",
    Reason.NO_TABLE: "neither the account nor its client has a rate table",
    Reason.BAD_NUMBER: "the called number is empty, too long or has other characters than digits",
    Reason.NO_CODE: "the rate table has no code for this number",
    Reason.NO_RATE: "no code of this number has a rate in force that fits the call",
    Reason.NO_DAY_RATE: "a currency has no day rate",
    Reason.TOO_LARGE: "the charge is too large to be kept",
}


class AtWork:
    """Columns with a row for each leg; `account` and `client` are places, `rule` is the id of who denied."""

    def __init__(self, legs: Legs) -> None:
        import numpy as np

        self.legs = legs
        self.dst, self.src = legs.dst, legs.src
        self.sets = list(legs.tags.values)
        self.tags = legs.tags.place
        self.reason = np.zeros(len(legs), np.int64)
        self.rule, self.account, self.client, self.code = (
            np.full(len(legs), NONE, np.int64) for _ in range(4)
        )

    def alive(self) -> Ints:
        """The rows that nothing speaks against so far."""
        import numpy as np

        return np.nonzero(self.reason == Reason.RATED)[0]

    def fail(self, rows: Ints, reason: Reason) -> None:
        """It is the reason of those that have none yet."""
        self.reason[rows[self.reason[rows] == Reason.RATED]] = reason

    def fail_where(self, wrong: Flags, reason: Reason) -> None:
        """The same by a mark on every row."""
        import numpy as np

        self.fail(np.nonzero(wrong)[0], reason)

    def leave_where(self, theirs: Flags) -> None:
        """Nothing more is asked of these, whatever was found so far."""
        self.reason[theirs] = LEFT

    def number(self, field: str) -> Numbers:
        """The called (``dst``) or calling (``src``) number as it is now."""
        return self.dst if field == "dst" else self.src

    def edit(self, field: str, rows: Ints, edit: Edit) -> None:
        """Change the called or calling number of these rows."""
        changed = self.number(field).edited(rows, edit.strip, edit.add)
        if field == "dst":
            self.dst = changed
        else:
            self.src = changed

    def tag(self, rows: Ints, tags: frozenset[str]) -> None:
        """These join the tags of these rows."""
        import numpy as np

        if not tags or not len(rows):
            return
        if self.tags is self.legs.tags.place:
            self.tags = self.tags.copy()
        for old in np.unique(self.tags[rows]).tolist():
            new = self.sets[old] | tags
            if new not in self.sets:
                self.sets.append(new)
            those = rows[self.tags[rows] == old]
            if new != self.sets[old]:
                self.tags[those] = self.sets.index(new)
