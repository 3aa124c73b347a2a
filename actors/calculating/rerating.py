"""Works jobs of rating again off: day by day, in portions, each of which a later run goes on after.

While PostgreSQL writes a portion the next one is read and rated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING

from actors.calculating.again import Compared, Done, compare, write
from actors.calculating.books import Books
from store import database
from store.calls import batch, day_state, rerating, selected, stored
from store.calls.rerating import Job
from store.tx import Tx

if TYPE_CHECKING:
    from domain.rating.book import Book

_EPOCH = date(1970, 1, 1)


class Moved(Exception):
    """The job was cancelled, or somebody else works on it."""


@dataclass(frozen=True, slots=True)
class Portion:
    """Calls of a day that were rated again: how many, the last of them, by what book, and what differs."""

    legs: int
    last: int
    book: Book
    found: Compared


_Rated = Callable[[], Portion | None]


@dataclass(frozen=True, slots=True)
class Rerating:
    """`portion`: calls that are read and written at once. `look` is called between, and may raise."""

    books: Books
    portion: int
    fence: int
    node: str
    now: Callable[[], float]
    look: Callable[[Job], object]

    def release_days(self) -> None:
        """Open the days of jobs that were cancelled while they worked on them."""
        for day, number in rerating.left_days(database.read()):
            database.write(partial(self._release, day=day, number=number))

    def _release(self, tx: Tx, day: int, number: int) -> None:
        day_state.change(tx, day, ("rerating",), "open", rerating.holder(number), self.now())

    def begin(self, job: Job) -> bool:
        """False if it must wait: a batch that began before it was asked for may go by the old rates."""
        if job.state == "waiting":
            if batch.older_open(database.read(), job.asked_at):
                return False
            if not database.write(lambda tx: rerating.start(tx, job.id)):
                raise Moved
        return True

    def work(self, job: Job) -> Job:
        """Rate it to its end; the job as it is then. Raises Moved, or what `look` raises."""
        with _ahead() as begun:
            while job.next_day <= job.last_day:
                if self._take_day(job):
                    job = self._day(job, begun)
                job = self._next_day(job)
        state = "failed" if job.text else "done"
        if not database.write(lambda tx: rerating.end(tx, job.id, state, self.now())):
            raise Moved
        return self._known(job)

    def _take_day(self, job: Job) -> bool:
        """False if the day cannot be worked on; the job then says why."""

        def take(tx: Tx) -> bool:
            day, name = job.next_day, rerating.holder(job.id)
            if tx.value("SELECT 1 FROM rerating WHERE id = ? AND state = 'running'", (job.id,)) is None:
                raise Moved
            if day_state.change(tx, day, ("open", "rerating"), "rerating", name, self.now()):
                return True
            state = day_state.states(tx, (day,))[day][0]
            rerating.tell(tx, job.id, f"{said(day)} was left out: it is {state}")
            return False

        return database.write(take)

    def _day(self, job: Job, begun: Callable[[_Rated], _Rated]) -> Job:
        coming = begun(partial(self._rated, job, job.next_id))
        while (portion := coming()) is not None:
            self.look(job)
            coming = begun(partial(self._rated, job, portion.last))
            job = self._written(job, portion)
        return job

    def _rated(self, job: Job, after: int) -> Portion | None:
        """The next calls of the day behind the number `after`; None if there are no more."""
        where, params = selected.where(job.selection)
        legs = stored.read(
            database.read(),
            *(job.next_day, after, where, params, self.portion),
            near=after > 0 and job.selection.client is None,
        )
        if not len(legs):
            return None
        book = self.books.now().book
        return Portion(len(legs), int(legs["id"][-1]), book, compare(book, legs))

    def _written(self, job: Job, portion: Portion) -> Job:
        def write_all(tx: Tx) -> Done:
            if not rerating.move(tx, job, (job.next_day, portion.last), legs=portion.legs):
                raise Moved
            done = self._write(tx, job, portion)
            rerating.count(tx, job.id, changed=done.changed, refused=done.refused)
            return done

        database.write(write_all)
        return replace(job, next_id=portion.last, legs=job.legs + portion.legs)

    def _write(self, tx: Tx, job: Job, portion: Portion) -> Done:
        return write(
            tx,
            portion.book,
            portion.found,
            kind="rerating",
            invoiced=job.selection.invoiced,
            fence=self.fence,
            node=self.node,
            rerating_id=job.id,
            now=self.now(),
        )

    def _next_day(self, job: Job) -> Job:
        def move(tx: Tx) -> None:
            if not rerating.move(tx, job, (job.next_day + 1, 0)):
                raise Moved
            self._release(tx, job.next_day, job.id)

        database.write(move)
        return self._known(job)

    def _known(self, job: Job) -> Job:
        found = rerating.one(database.read(), job.id)
        if found is None:
            raise Moved
        return found


@contextmanager
def _ahead() -> Iterator[Callable[[_Rated], _Rated]]:
    """What begins some work in a thread, and gives what waits for its result.

    On SQLite it begins when it is waited for: two threads of one process are no faster there than one.
    """
    if database.dialect() == "sqlite":
        yield lambda work: work
        return
    with ThreadPoolExecutor(1, "rerating") as thread:
        try:
            yield lambda work: thread.submit(work).result
        finally:
            thread.submit(database.drop_connection)


def said(day: int) -> str:
    """A day as people write it."""
    return str(_EPOCH + timedelta(days=day))
