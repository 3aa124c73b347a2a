"""The legs of calls that are to be rated: a column for each fact, so that a batch is done at once."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from domain.rating.numbers import Numbers

if TYPE_CHECKING:
    from domain.rating.arrays import Ints

#: The customer's leg and the vendor's, by the number that stands for them in a column.
ORIGINS = ("orig", "term")

Word = TypeVar("Word", bound=Hashable)


class Leg(NamedTuple):
    """`at`: epoch seconds in which it was connected (of an unanswered one: was asked for); `volume`: s.

    `host`: the address it came from or went to; `name`, `pin`: what the caller or the gateway said.
    """

    at: int
    volume: int
    dst: str
    src: str = ""
    host: str = ""
    name: str = ""
    pin: str = ""
    gateway: str = ""
    origin: str = "orig"
    tags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Words(Generic[Word]):
    """A column of few values that come again and again: `place` in `values` of each."""

    place: Ints
    values: tuple[Word, ...]

    @classmethod
    def of(cls, column: Sequence[Word]) -> Words[Word]:
        import numpy as np

        places = {value: at for at, value in enumerate(dict.fromkeys(column))}
        if len(places) == 1:
            return cls(np.zeros(len(column), np.int64), tuple(places))
        return cls(np.fromiter(map(places.__getitem__, column), np.int64, len(column)), tuple(places))


@dataclass(frozen=True, slots=True)
class Legs:
    """A batch; each column has a row for each leg. `origin` by its place in `ORIGINS`."""

    at: Ints
    volume: Ints
    origin: Ints
    dst: Numbers
    src: Numbers
    host: Words[str]
    name: Words[str]
    pin: Words[str]
    gateway: Words[str]
    tags: Words[frozenset[str]]

    @classmethod
    def of(cls, legs: Sequence[Leg]) -> Legs:
        """Raises ValueError for an origin that there is not, OverflowError for what no column holds."""
        import numpy as np

        columns: tuple[Any, ...] = tuple(zip(*legs, strict=True)) or ((),) * len(Leg._fields)
        at, volume, dst, src, host, name, pin, gateway, origin, tags = columns
        return cls(
            np.array(at, np.int64),
            np.array(volume, np.int64),
            np.array([ORIGINS.index(each) for each in origin], np.int64),
            Numbers.of(dst),
            Numbers.of(src),
            Words.of(host),
            Words.of(name),
            Words.of(pin),
            Words.of(gateway),
            Words.of(tags),
        )

    def __len__(self) -> int:
        return len(self.at)
