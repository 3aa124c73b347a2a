"""What a benchmark is: contenders that do the same work in turns, and what is noted of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.servers import Servers

#: What one measurement gave: figure -> value, in the unit of its column. None: there was none.
Values = dict[str, float | None]


class Missing(Exception):
    """A contender cannot be measured here; the text says what is missing."""


@dataclass(frozen=True)
class Size:
    """How much is done. `--tiny` is for trying a benchmark, its figures mean nothing."""

    runs: int = 2000  # W1
    grouped: int = 200  # W2
    planned: int = 100  # W3, services
    forced: int = 100  # W4
    crashed: int = 20  # W5, runs at work when the worker is killed
    idle: float = 300.0  # W6, s
    many: int = 5000  # services of three nodes
    services: int = 10_000  # of the grant pass
    waiting: int = 1000
    history: int = 5_000_000  # runs
    pruned: int = 1_000_000
    patience: float = 60.0  # s that a contender gets for one measurement

    def changed(self, words: Sequence[str]) -> Size:
        """With ``name=value`` words. Raises ValueError with the names that there are."""
        kinds = {each.name: type(getattr(self, each.name)) for each in fields(self)}
        for word in words:
            name, _, value = word.partition("=")
            if name not in kinds:
                raise ValueError(f"size {word!r}: expected name=value, the names are {', '.join(kinds)}")
            try:
                self = replace(self, **{name: kinds[name](value)})
            except ValueError:
                raise ValueError(f"size {word!r}: expected a number") from None
        return self


TINY = Size(
    runs=40,
    grouped=8,
    planned=5,
    forced=5,
    crashed=4,
    idle=2.0,
    many=60,
    services=200,
    waiting=40,
    history=3000,
    pruned=1000,
    patience=20.0,
)


@dataclass(frozen=True)
class Column:
    """A figure of the table: its name in `Values`, its heading (with the unit), its decimals."""

    name: str
    heading: str
    decimals: int = 1


@dataclass(frozen=True)
class Contender:
    """Who does the work. Names of Tickworks begin with ``tickworks``."""

    name: str
    measure: Callable[[Servers, Size], Values]


#: One turn of all: (name, what it gave, or why it gave nothing).
Turn = Iterator[tuple[str, Values | Missing]]


@dataclass(frozen=True)
class Workload:
    """`says` defines it for the page; the spread is that of `spread`, a column.

    `turn` is given where the contenders are measured side by side instead of one after another. `tells`
    is given instead of contenders where a benchmark tells its figures as text: (what, figure, aim) of each.
    """

    name: str
    title: str
    says: str
    columns: tuple[Column, ...] = ()
    spread: str = ""
    contenders: tuple[Contender, ...] = ()
    rounds: int = 5
    turn: Callable[[Servers, Size, Sequence[str]], Turn] | None = None
    tells: Callable[[], list[tuple[str, str, str]]] | None = None


def matches(name: str, only: Sequence[str]) -> bool:
    """True if it begins with one of these words; with no words, everything does."""
    return not only or any(name.startswith(word) for word in only)
