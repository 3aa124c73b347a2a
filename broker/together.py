"""Several threads ask for the same kind of thing at the same moment: it is done for all of them at once."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from store import database
from store.errors import DatabaseAway

Item = TypeVar("Item")
Answer = TypeVar("Answer")

#: So many go together at most: nobody waits long for what others brought.
MOST = 64


class _Asked(Generic[Item, Answer]):
    __slots__ = ("answer", "answered", "error", "item")

    def __init__(self, item: Item) -> None:
        self.item = item
        self.answered = threading.Event()
        self.answer: Answer | None = None
        self.error: BaseException | None = None


class Together(Generic[Item, Answer]):
    """One thread does it for all that ask meanwhile: those that come while it is at work go together next.

    ``work`` gets the items in the order of asking, `MOST` at most, and gives an answer for each; what it
    raises is raised to who asked. If one of several items makes it fail, each is tried alone. It is never
    called twice at the same time.
    """

    def __init__(self, work: Callable[[Sequence[Item]], Sequence[Answer]]) -> None:
        self._work = work
        self._lock = threading.Lock()
        self._asked: deque[_Asked[Item, Answer]] = deque()

    def do(self, item: Item) -> Answer:
        """The answer of ``work`` for this item, which the first of those who wait calls for all of them."""
        own: _Asked[Item, Answer] = _Asked(item)
        self._asked.append(own)
        with self._lock:
            while not own.answered.is_set():
                self._lead()
        return _told(own)

    def close(self) -> None:
        """Nobody asks any more."""

    def _lead(self) -> None:
        turn = [self._asked.popleft() for _ in range(min(MOST, len(self._asked)))]
        try:
            self._answer(turn)
        except DatabaseAway as error:
            _fail(turn, error)
        except Exception as error:
            if len(turn) == 1:
                _fail(turn, error)
            for asked in turn if len(turn) > 1 else ():
                self._alone(asked)
        except BaseException as error:
            _fail(turn, error)
            raise

    def _answer(self, turn: Sequence[_Asked[Item, Answer]]) -> None:
        answers = self._work([asked.item for asked in turn])
        for asked, answer in zip(turn, answers, strict=True):
            asked.answer = answer
            asked.answered.set()

    def _alone(self, asked: _Asked[Item, Answer]) -> None:
        try:
            self._answer([asked])
        except Exception as error:
            _fail([asked], error)


class OneThread(Together[Item, Answer]):
    """The same by a thread of its own, so that many may ask and one connection to the database serves."""

    def __init__(self, work: Callable[[Sequence[Item]], Sequence[Answer]]) -> None:
        super().__init__(work)
        self._bell = threading.Semaphore(0)
        self._closed = False
        self._thread = threading.Thread(target=self._serve, name="together", daemon=True)

    def do(self, item: Item) -> Answer:
        """The answer of ``work`` for this item."""
        own: _Asked[Item, Answer] = _Asked(item)
        with self._lock:
            self._asked.append(own)
            if self._thread.ident is None:  # begun at the first need: a fork would not take it along
                self._thread.start()
        self._bell.release()
        own.answered.wait()
        return _told(own)

    def close(self) -> None:
        """Answer those who wait; the thread ends, and its connection with it."""
        self._closed = True
        self._bell.release()
        if self._thread.is_alive():
            self._thread.join()

    def _serve(self) -> None:
        while not self._closed or self._asked:
            self._bell.acquire()
            if self._asked:  # else the one before took it along
                self._lead()
        if database.is_open():
            database.drop_connection()


def _told(asked: _Asked[Item, Answer]) -> Answer:
    if asked.error is not None:
        raise asked.error
    return asked.answer  # type: ignore[return-value]


def _fail(turn: Sequence[_Asked[Item, Answer]], error: BaseException) -> None:
    for asked in turn:
        asked.error = error
        asked.answered.set()
