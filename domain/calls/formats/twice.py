"""Which of the two meanings: stamps of the hour that the gateway's zone has twice in autumn.

The rule, in its order: a call began its duration before it ended, so one stamp with a single meaning
settles the others. Where all have two: calls stand in a file in the order in which they ended, so all are in
the first hour until the end of a call lies more than half an hour before that of an earlier row, and in the
second from then on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.calls.formats.stamp import Stamps

if TYPE_CHECKING:
    from domain.rating.arrays import Ints

#: Rows may stand a little out of order; an hour that comes again goes back further.
_BACK = 1800


@dataclass
class Order:
    """How far a file has come: the latest end with two meanings (as if of the first hour)."""

    latest: int = 0
    is_second: bool = False

    def settle(self, setup: Stamps, connect: Stamps, end: Stamps, volume: Ints) -> None:
        """Puts the right meaning into `at` of each; rows in the order of the file."""
        import numpy as np

        doubtful = (setup.late > 0) | (connect.late > 0) | (end.late > 0)
        for row in np.nonzero(doubtful)[0].tolist():
            self._settle(setup, connect, end, int(volume[row]), row)

    def _settle(self, setup: Stamps, connect: Stamps, end: Stamps, volume: int, row: int) -> None:
        if end.late[row]:
            end.at[row] += self._later(setup, connect, end, volume, row)
        if connect.late[row]:
            ended = int(end.at[row]) or 0
            if ended:
                connect.at[row] += _nearer(int(connect.at[row]), int(connect.late[row]), ended - volume)
            elif self.is_second:
                connect.at[row] += connect.late[row]
        if setup.late[row]:
            next_at = int(connect.at[row]) or int(end.at[row])
            first, late = int(setup.at[row]), int(setup.late[row])
            if next_at:
                # The later one that is not after what came of it.
                setup.at[row] += late if first + late <= next_at else 0
            elif self.is_second:
                setup.at[row] += late

    def _later(self, setup: Stamps, connect: Stamps, end: Stamps, volume: int, row: int) -> int:
        first, late = int(end.at[row]), int(end.late[row])
        for begun, length in ((connect, volume), (setup, 0)):
            if begun.at[row] and not begun.late[row] and (begun is connect or not connect.at[row]):
                return _nearer(first, late, int(begun.at[row]) + length)
        if first < self.latest - _BACK:
            self.is_second = True
        self.latest = max(self.latest, first)
        return late if self.is_second else 0


def _nearer(first: int, late: int, wanted: int) -> int:
    return late if abs(first + late - wanted) < abs(first - wanted) else 0
