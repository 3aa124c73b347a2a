"""Several threads ask for the same kind of thing at the same moment: it is done for all of them at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from store.errors import DatabaseAway
from store.turns import Turns, Waiting

Item = TypeVar("Item")
Answer = TypeVar("Answer")

#: So many go together at most: nobody waits long for what others brought.
MOST = 64


@dataclass(frozen=True, slots=True)
class Failed:
    """What was raised in place of an answer."""

    error: BaseException


class _Asked(Waiting, Generic[Item, Answer]):
    __slots__ = ("answer", "item")

    def __init__(self, item: Item) -> None:
        super().__init__()
        self.item = item
        self.answer: Answer | Failed | None = None


class Together(Generic[Item, Answer]):
    """One thread does it for all that ask meanwhile: those that come while it is at work go together next.

    ``work`` gets the items in the order of asking, `MOST` at most, and gives an answer for each; what it
    raises is raised to who asked. If one of several items makes it fail, each is tried alone. It is never
    called twice at the same time. ``gather``: see `Turns`.
    """

    def __init__(
        self, work: Callable[[Sequence[Item]], Sequence[Answer]], gather: Callable[[], None] = lambda: None
    ) -> None:
        self._work = work
        self._turns: Turns[_Asked[Item, Answer]] = Turns(self._lead, MOST, gather)

    def do(self, item: Item) -> Answer:
        """The answer of ``work`` for this item, which the first of those who wait calls for all of them."""
        own: _Asked[Item, Answer] = _Asked(item)
        self._turns.go(own)
        if isinstance(own.answer, Failed):
            raise own.answer.error
        return own.answer  # type: ignore[return-value]

    def __len__(self) -> int:
        """How many wait for the next turn."""
        return len(self._turns)

    def _lead(self, turn: Sequence[_Asked[Item, Answer]], _own: _Asked[Item, Answer]) -> None:
        try:
            answers = answers_of(self._work, [asked.item for asked in turn])
        except BaseException as error:
            for asked in turn:
                asked.answer = Failed(error)
                asked.finish()
            raise
        for asked, answer in zip(turn, answers, strict=True):
            asked.answer = answer
            asked.finish()


def answers_of(
    work: Callable[[Sequence[Item]], Sequence[Answer]], items: Sequence[Item]
) -> Sequence[Answer | Failed]:
    """The answers of ``work`` for all; if it fails for several, each is tried alone."""
    try:
        return work(items)
    except DatabaseAway as error:
        return [Failed(error)] * len(items)
    except Exception as error:
        if len(items) == 1:
            return [Failed(error)]
        return [answers_of(work, [item])[0] for item in items]
