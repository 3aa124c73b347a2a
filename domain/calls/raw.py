"""The legs of calls as files tell them: a column for each fact, and all of them in one value of a database.

A call has a leg of the caller's side (``orig``) and one of the called side (``term``). The text columns
are lists, the others numpy arrays; no text holds a line break or a NUL.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from enum import IntEnum
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple

from domain.calls import packed
from domain.rating.legs import ORIGINS, Legs, Words
from domain.rating.numbers import Numbers

if TYPE_CHECKING:
    from domain.rating.arrays import Ints

#: Between the tags of a leg in its column.
TAG = ","


class Status(IntEnum):
    """How a leg ended; the number is what columns and tables hold. Only an answered one has a volume."""

    ANSWERED = 1
    BUSY = 2
    NO_ANSWER = 3
    CANCELLED = 4
    CONGESTION = 5
    FAILED = 6

    @property
    def word(self) -> str:
        """Such as ``no_answer``: what the API says."""
        return self.name.lower()


class RawLeg(NamedTuple):
    """One leg. `setup_at`, `at`: epoch seconds in which it was asked for and connected.

    Of an unanswered one `at` is `setup_at`. `volume`: s; `pdd`, `scd`: ms until it rang, until it was
    answered; `cause`: Q.850. `origin`: ``orig`` or ``term``. `host`: the address it came from or went to;
    `name`, `pin`: what the caller or the gateway said. (`session`, `leg`, `origin`) is once at a gateway.
    """

    session: str
    leg: str
    origin: str
    status: Status
    cause: int
    setup_at: int
    at: int
    volume: int
    pdd: int = 0
    scd: int = 0
    src: str = ""
    dst: str = ""
    host: str = ""
    name: str = ""
    pin: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RawLegs:
    """Legs as columns. `origin` by its place in `ORIGINS`, `status` by `Status`, `tags` joined by `TAG`."""

    session: list[str]
    leg: list[str]
    origin: Ints
    status: Ints
    cause: Ints
    setup_at: Ints
    at: Ints
    volume: Ints
    pdd: Ints
    scd: Ints
    src: list[str]
    dst: list[str]
    host: list[str]
    name: list[str]
    pin: list[str]
    tags: list[str]

    @classmethod
    def of(cls, legs: Sequence[RawLeg]) -> RawLegs:
        """Raises ValueError for an origin that there is not."""
        import numpy as np

        columns: dict[str, Any] = dict.fromkeys(RawLeg._fields, ())
        columns.update(zip(RawLeg._fields, zip(*legs, strict=True), strict=False))
        columns["origin"] = [ORIGINS.index(each) for each in columns["origin"]]
        columns["tags"] = [TAG.join(sorted(each)) for each in columns["tags"]]
        for name in RawLeg._fields:
            column = columns[name]
            columns[name] = packed.clean(column) if name in TEXTS else np.array(column, np.int64)
        return cls(**columns)

    def __len__(self) -> int:
        return len(self.at)

    def __iter__(self) -> Iterator[RawLeg]:
        """The legs one by one: for tests and pages, not for batches."""
        columns = [getattr(self, name) for name in RawLeg._fields]
        lists = (column if isinstance(column, list) else column.tolist() for column in columns)
        for row in zip(*lists, strict=True):
            leg = RawLeg(*row)
            tags = tuple(filter(None, row[-1].split(TAG)))
            yield leg._replace(origin=ORIGINS[row[2]], status=Status(row[3]), tags=tags)

    def part(self, first: int, last: int) -> RawLegs:
        """The legs from `first` to before `last`."""
        return RawLegs(*(getattr(self, each.name)[first:last] for each in fields(self)))

    def encode(self) -> bytes:
        """All of it in one value; see `domain.calls.packed`."""
        return packed.pack([getattr(self, each.name) for each in fields(self)])

    @classmethod
    def decode(cls, data: bytes | memoryview) -> RawLegs:
        """What `encode` made. Raises ValueError for what it did not."""
        columns = packed.unpack(data)
        kinds = [isinstance(column, list) for column in columns]
        if kinds != [each.name in TEXTS for each in fields(cls)]:
            raise ValueError("these are no legs of calls")
        return cls(*columns)

    def keys(self, gateway: str, those: Ints | None = None) -> list[bytes]:
        """Of each leg what it is known by for good: the same leg in another file has the same.

        With `those`, the places of some legs, that of the others is empty.
        """
        start = blake2b(gateway.encode() + b"\0", digest_size=16)
        session, leg, origin = self.session, self.leg, self.origin.tolist()
        found = [b""] * len(self)
        for at in range(len(self)) if those is None else those.tolist():
            each = start.copy()
            each.update(f"{session[at]}\0{leg[at]}\0{origin[at]}".encode())
            found[at] = each.digest()
        return found

    def legs(self, gateway: str) -> Legs:
        """What the rater takes."""
        return Legs(
            self.at,
            self.volume,
            self.origin,
            Numbers.of(self.dst),
            Numbers.of(self.src),
            Words.of(self.host),
            Words.of(self.name),
            Words.of(self.pin),
            Words.of([gateway] * len(self)),
            _tag_sets(self.tags),
        )


TEXTS = frozenset({"session", "leg", "src", "dst", "host", "name", "pin", "tags"})


def key(gateway: str, session: str, leg: str, origin: str) -> bytes:
    """16 bytes that one leg is known by. Raises ValueError for an origin that there is not."""
    at = ORIGINS.index(origin)
    return blake2b(f"{gateway}\0{session}\0{leg}\0{at}".encode(), digest_size=16).digest()


def _tag_sets(column: Sequence[str]) -> Words[frozenset[str]]:
    words = Words.of(column)
    return Words(words.place, tuple(frozenset(filter(None, each.split(TAG))) for each in words.values))
