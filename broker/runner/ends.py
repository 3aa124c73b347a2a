"""Writes how attempts ended, and says who goes next.

A run with groups ends by itself: its groups go to the next in the same transaction. Runs without that end
at the same moment share one transaction, and one look at the line.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from broker.runner.back_soon import BackSoon
from broker.runner.engine import Engine
from broker.runner.insist import insist
from broker.together import Together
from coordinator.ends import Finished, finish_and_look, finish_grouped, finish_singles, next_for
from coordinator.grants import Pass
from store import database
from store.errors import DatabaseAway
from store.run import log as stored_log
from store.run import waiting
from store.run.claimed import ClaimedRun
from store.run.ended import Ending
from store.run.log import Line
from store.tx import Tx

Written = TypeVar("Written")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class End:
    """An attempt that has ended, and what is written with it: the rest of its log, and its progress."""

    ending: Ending
    groups: Sequence[str]
    lines: Sequence[Line]
    progress: tuple[float, float | None] | None = None  # None: as it was written last


class Ends:
    """Of one process. `told` hears of what stands in the way; once `draining` is set nothing new is taken."""

    def __init__(self, engine: Engine, draining: threading.Event, told: Callable[[str], None]) -> None:
        self._engine = engine
        self._draining = draining
        self._told = told
        self._soon = BackSoon()
        self._singles: Together[End, Finished] = Together(self._write_singles, self._soon.wait)
        self._line = False  # somebody still waited at the last look

    def write(self, end: End) -> ClaimedRun | None:
        """Write an end, as often as it takes; the run that this thread goes on with."""
        self._soon.back(end.ending.fence)
        try:
            finished = self._write_grouped(end) if end.groups else self._singles.do(end)
        except Exception:
            logger.exception("the end of run %d could not be written: it is lost", end.ending.run_id)
            return None
        return finished.next

    def _write_grouped(self, end: End) -> Finished:
        def work(tx: Tx) -> Finished:
            here = None if self._draining.is_set() else self._engine.here  # an outage may lie before this
            engine, last = self._engine, end.progress is None
            stored_log.write(tx, end.lines)
            now = engine.clock.now()
            finished = finish_grouped(tx, end.ending, engine.rules, here, now, groups=end.groups, last=last)
            _write_progress(tx, end, finished)
            return finished

        finished = self._insist(lambda: self._engine.publisher.write(work, durable=False))
        if finished.ended is not None and finished.next is None:
            self._give_next([finished])
        return finished

    def _write_singles(self, ends: Sequence[End]) -> Sequence[Finished]:
        if self._line:
            try:
                return self._end_and_take(ends)
            except Exception:  # the ends are what matters: they are written without a look at the line
                logger.exception("who goes next could not be asked for")
                self._line = False
        finished = self._insist(lambda: database.write(lambda tx: self._end(tx, ends), durable=False))
        self._give_next([one for one in finished if one.ended is not None])
        return finished

    def _end(self, tx: Tx, ends: Sequence[End]) -> list[Finished]:
        finished = finish_singles(tx, [end.ending for end in ends])
        _write_rest(tx, ends, finished)
        return finished

    def _end_and_take(self, ends: Sequence[End]) -> Sequence[Finished]:
        """While there is a line: ends and next runs in one transaction, so that nobody comes between."""

        def work(tx: Tx) -> tuple[list[Finished], Pass]:
            if self._draining.is_set():  # an outage may lie before this
                return self._end(tx, ends), Pass([])
            engine, now = self._engine, self._engine.clock.now()
            finished, looked = finish_and_look(tx, [end.ending for end in ends], engine.rules, now)
            _write_rest(tx, ends, finished)
            free = sum(one.ended is not None for one in finished)
            return finished, next_for(tx, engine.rules, engine.here, now, take=free, looked=looked)

        finished, passed = self._insist(
            lambda: self._engine.publisher.write(work, lambda both: both[1].messages, durable=False)
        )
        self._hand_over([one for one in finished if one.ended is not None], passed)
        return finished

    def _give_next(self, finished: Sequence[Finished]) -> None:
        """Somebody may wait for the slots that have just become free."""
        if not finished or self._draining.is_set():
            return
        try:
            if not waiting.any_waiting(database.read()):
                return
            engine, now = self._engine, self._engine.clock.now()
            passed = engine.publisher.write(
                lambda tx: next_for(tx, engine.rules, engine.here, now, take=len(finished)), durable=False
            )
        except DatabaseAway:
            return
        except Exception:  # the ends are written: nothing of that may be told as lost
            logger.exception("who goes next could not be asked for")
            return
        self._hand_over(finished, passed)

    def _hand_over(self, finished: Sequence[Finished], passed: Pass) -> None:
        self._line = passed.more
        self._soon.handed(run.fence for run in passed.taken)
        for one, following in zip(finished, passed.taken, strict=False):
            one.next = following

    def _insist(self, write: Callable[[], Written]) -> Written:
        written = insist(write, told=lambda text: self._told(f"an end cannot be written yet: {text}"))
        # The next run need not wait for the disk: nothing it writes can survive a power cut without this.
        database.flush_soon()
        return written


def _write_rest(tx: Tx, ends: Sequence[End], finished: Sequence[Finished]) -> None:
    for end, one in zip(ends, finished, strict=True):
        stored_log.write(tx, end.lines)
        _write_progress(tx, end, one)


def _write_progress(tx: Tx, end: End, finished: Finished) -> None:
    if end.progress is not None and finished.ended is not None and finished.ended.state != "queued":
        sql = "UPDATE run SET progress_done = ?, progress_total = ? WHERE id = ?"
        tx.later(sql, (*end.progress, end.ending.run_id))
