"""Columns of a file as legs, with each row checked: what is wrong is told, and left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from domain.calls import packed
from domain.calls.formats.cause import CAUSE_OF
from domain.calls.formats.column import Wrong
from domain.calls.formats.stamp import Stamps
from domain.calls.formats.table import Bad
from domain.calls.formats.twice import Order
from domain.calls.raw import RawLegs, Status

if TYPE_CHECKING:
    from domain.rating.arrays import Flags, Ints

#: Longer is no call: what switches write when they missed the end.
LONGEST = 86_400


class Read(NamedTuple):
    """What a block held. `rows`: of them all, the good and the bad."""

    legs: RawLegs
    bad: list[Bad]
    rows: int


@dataclass
class Calls:
    """The rows of a block. What a format does not say is left empty; numbers as `domain.calls.raw.RawLeg`.

    `volume` where it is known: `lasts` says for which rows, the others last from `connect` to `end`.
    """

    session: Sequence[str]
    setup: Stamps
    connect: Stamps
    end: Stamps
    volume: Ints
    lasts: Flags
    status: Ints
    cause: Ints
    pdd: Ints
    scd: Ints
    wrong: list[Wrong] = field(default_factory=list)

    def settle(self, order: Order) -> None:
        """Give stamps one meaning and volumes a value, then look for what cannot be."""
        import numpy as np

        order.settle(self.setup, self.connect, self.end, self.volume)
        setup, connect, end = self.setup.at, self.connect.at, self.end.at
        answered = self.status == Status.ANSWERED
        # A switch that tells when it ended and for how long has told when it was connected.
        told = answered & (connect == 0) & (end > 0) & self.lasts
        connect[told] = end[told] - self.volume[told]
        measured = answered & ~self.lasts & (connect > 0) & (end > 0)
        self.volume = np.where(measured, end - connect, self.volume)
        connect[~answered] = 0
        self.volume[~answered & (self.volume > 0)] = 0
        setup[setup == 0] = connect[setup == 0]
        setup[setup == 0] = end[setup == 0]
        self._check("it has no session id", np.array([not each for each in self.session], np.bool_))
        self._check("it has no time", setup == 0)
        self._check("it was answered, but it is not said when", answered & (connect == 0))
        self._check("it ends before it begins", (end > 0) & ((end < connect) | (end < setup)))
        self._check("it is answered before it is set up", answered & (connect > 0) & (connect < setup))
        self._check("its duration is negative", self.volume < 0)
        self._check("it lasts longer than 24 hours", self.volume > LONGEST)

    def _check(self, reason: str, rows: Flags) -> None:
        import numpy as np

        if rows.any():
            self.wrong.append(dict.fromkeys(np.nonzero(rows)[0].tolist(), reason))

    def bad(self, lines: Sequence[int], texts: Any) -> list[Bad]:
        """One line for each wrong row, with the first thing that is wrong; `texts(row)` is the row."""
        first: Wrong = {}
        for each in (*self.wrong, self.setup.wrong, self.connect.wrong, self.end.wrong):
            for row, reason in each.items():
                first.setdefault(row, reason)
        return [Bad(lines[row], first[row], texts(row)) for row in sorted(first)]

    def good(self) -> Flags:
        """The rows that are right."""
        import numpy as np

        good = np.ones(len(self.session), np.bool_)
        for each in (*self.wrong, self.setup.wrong, self.connect.wrong, self.end.wrong):
            good[list(each)] = False
        return good


def no_stamps(count: int) -> Stamps:
    """For a stamp that a format does not have."""
    import numpy as np

    return Stamps(np.zeros(count, np.int64), np.zeros(count, np.int64), {})


def side(calls: Calls, rows: Flags, origin: int, texts: dict[str, Sequence[str]]) -> RawLegs:
    """The legs of one side, of these rows only. `texts`: leg, src, dst, host, name, pin, tags; or nothing."""
    import numpy as np

    places = np.nonzero(rows)[0]
    whole = len(places) == len(calls.session)
    picked = places.tolist()

    def text(column: Sequence[str] | None) -> list[str]:
        if column is None:
            return [""] * len(picked)
        return packed.clean(column if whole else [column[row] for row in picked])

    setup, connect = calls.setup.at[places], calls.connect.at[places]
    status, cause = calls.status[places], calls.cause[places]
    for each, usual in CAUSE_OF.items():
        cause[(cause == 0) & (status == each)] = usual
    answered = status == Status.ANSWERED
    at = np.where(answered, connect, setup)
    scd = calls.scd[places]
    scd = np.where((scd == 0) & answered, (connect - setup) * 1000, scd)
    session = text(calls.session)
    leg = text(texts.get("leg")) if "leg" in texts else session
    return RawLegs(
        session,
        leg,
        np.full(len(places), origin, np.int64),
        status,
        cause,
        setup,
        at,
        calls.volume[places],
        calls.pdd[places],
        scd,
        text(texts.get("src")),
        text(texts.get("dst")),
        text(texts.get("host")),
        text(texts.get("name")),
        text(texts.get("pin")),
        text(texts.get("tags")),
    )


def joined(parts: Sequence[RawLegs]) -> RawLegs:
    """One after another."""
    import numpy as np

    kept = [part for part in parts if len(part)] or list(parts[:1])
    if len(kept) == 1:
        return kept[0]
    columns: list[Any] = []
    for name in RawLegs.__slots__:
        values = [getattr(part, name) for part in kept]
        columns.append(
            [each for value in values for each in value]
            if isinstance(values[0], list)
            else np.concatenate(values)
        )
    return RawLegs(*columns)
