"""The life of the calculator: turns while calls wait, legs without a charge in between, else a pause."""

from __future__ import annotations

import os
from threading import Event
from typing import Protocol

from actors.calculating.books import Books
from actors.calculating.elsewhere import Elsewhere
from actors.calculating.mismatched import Mismatched
from actors.calculating.pool import Here, Pool
from actors.calculating.turn import Turn, TurnFailed
from actors.context import Context, HoldLost, StopRequested
from store import database
from store.errors import DatabaseError

#: Seconds until the next try after one that failed.
AGAIN = 5.0
#: More parts than this only wait for the database.
MOST_SHARDS = 4


class Wanted(Protocol):
    """The options of the service: `actors.rating.calculator.Options`."""

    @property
    def batch_legs(self) -> int: ...
    @property
    def shards(self) -> int: ...
    @property
    def pause(self) -> float: ...
    @property
    def again(self) -> int: ...


def _usual() -> int:
    """As many as work side by side: SQLite has one writer, to which more parts are only more work."""
    return 1 if database.dialect() == "sqlite" else min(os.cpu_count() or 1, MOST_SHARDS)


class Calculator:
    """One daemon; a context manager, whose end ends its children."""

    def __init__(self, context: Context, options: Wanted) -> None:
        shards = options.shards or _usual()
        self._context, self._options = context, options
        self._pause = Event()
        books = Books()
        self._pool: Pool | Here = Here(books) if shards == 1 else Pool(shards, database.url())
        self._turn = Turn(
            node=context.node,
            most=options.batch_legs,
            shards=shards,
            books=books,
            pool=self._pool,
            now=self._now,
            # SQLite is one machine.
            elsewhere=None if database.dialect() == "sqlite" else Elsewhere(context.node, context.hint),
        )
        self._mismatched = Mismatched(books, options.again, context.node)
        self._failed = ""

    def __enter__(self) -> Calculator:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.close()

    def work(self) -> None:
        """Until the daemon is to stop. What fails is logged once, and tried again."""
        while not self._context.stopping():
            wait = self._options.pause
            try:
                if self._once():
                    wait = 0.0
                self._failed = ""
            except HoldLost as error:
                self._context.log.warning("the turn was taken away", error=str(error))
            except (TurnFailed, DatabaseError, ValueError) as error:
                self._say(str(error))
                wait = AGAIN
            self._pause.wait(wait)

    def _once(self) -> bool:
        """One turn, or a portion of the legs without a charge; False if there was nothing to do."""
        if self._turn.wanted():
            with self._context.exclusive() as fence:
                counts = self._turn.take(fence, self._look)
            if counts:
                self._context.log.info("rated", **counts)
            return counts is not None
        if self._mismatched.wanted():
            with self._context.exclusive() as fence:
                changed = self._mismatched.take(fence, self._now(), self._look)
            if changed:
                self._context.log.info("rated that had no charge before", legs=changed)
            return True
        return False

    def _look(self) -> None:
        """Raises HoldLost if the turn was taken away, StopRequested if the daemon must end."""
        if self._context.stopping():
            raise StopRequested("stop")

    def _now(self) -> float:
        return self._context.now.timestamp()

    def _say(self, text: str) -> None:
        if text != self._failed:
            self._context.log.error("calls cannot be rated now; trying again", error=text)
        self._failed = text
