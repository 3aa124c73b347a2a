"""A day of calls into its file and back, from its beginning to its end; both go on where they were left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from pathlib import Path

from backends import call_archive
from backends.call_archive import ArchiveError, Head
from backends.file_copy import sha256
from store import database
from store.calls import archive
from store.calls import day as partitions
from store.calls.archive import Changed, Figures
from store.tx import Row

#: May raise, to end the work: what was begun goes on next time.
Tick = Callable[[int], None]

_EPOCH = date(1970, 1, 1)


class NotDone(Exception):
    """A day could not be archived or restored, and is as it was; the text says why."""


def date_of(day: int) -> date:
    """The date of a day since 1970."""
    return _EPOCH + timedelta(days=day)


def day_of(when: date) -> int:
    """Days since 1970."""
    return (when - _EPOCH).days


def file_name(day: int) -> str:
    """``calls-2027-01-15.csv.gz``."""
    return f"calls-{date_of(day)}.csv.gz"


def archive_day(day: int, folder: Path, now: float, tick: Tick = lambda count: None) -> int:
    """Write the calls of an open day to `folder`, read them back, and only then let them go; how many.

    Raises NotDone; a tick that raises leaves the day ``archiving``, for the next run.
    """
    if not database.write(partial(archive.begin, day=day, now=now)):
        raise NotDone(f"{date_of(day)} is not open: somebody else has it, or it is archived")
    place, digest, legs = archive.place(database.read(), day)
    try:
        if not place:
            place, digest, legs, figures = _file(day, folder, tick)
            database.write(lambda tx: archive.filed(tx, day, place, digest, legs))
        else:
            # Some of the calls may be gone already: the file is all there is of them.
            call_archive.checked(Path(place), digest)
            figures = _read_again(Path(place))
    except (OSError, ArchiveError, Changed) as error:
        if not place:
            database.write(partial(archive.give_up, day=day, now=now))
        raise NotDone(f"{date_of(day)} is not archived: {_said(error)}") from error
    _let_go(day, figures, now, tick)
    return legs


def restore_day(day: int, now: float, *, fence: int, node: str, tick: Tick = lambda count: None) -> int:
    """Bring the calls of an archived day back from its file; how many the day has then. Raises NotDone."""
    if not database.write(partial(archive.begin_restore, day=day, now=now)):
        raise NotDone(f"{date_of(day)} is not archived")
    place, digest, _ = archive.place(database.read(), day)
    try:
        call_archive.checked(Path(place), digest)
        rows = call_archive.read(Path(place))
        head = next(rows)
        _refuse_strange(Path(place), head, day)
        partitions.prepare([day])
        for some in _portions(rows):
            tick(len(some))
            database.write(lambda tx, some=some: archive.put_back(tx, head.columns, some))  # type: ignore[misc]
    except ArchiveError as error:
        database.write(partial(archive.stop_restore, day=day, now=now))
        raise NotDone(f"{date_of(day)} is not restored: {error}") from error
    return database.write(lambda tx: archive.end_restore(tx, day, fence=fence, node=node, now=now))


def _file(day: int, folder: Path, tick: Tick) -> tuple[str, str, int, Figures]:
    """Write, read back, rename: where it is, its SHA-256, how many calls, and what the table held."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / file_name(day)
    part = path.with_name(path.name + ".part")
    try:
        sums = _Sums()
        legs = call_archive.write(part, Head(day, archive.COLUMNS), sums.watched(archive.rows(day), tick))
        read = call_archive.count(part)
        if read != legs:
            raise ArchiveError(f"{part.name}: {read} calls came back of {legs}")
        found = archive.figures(database.read(), day)
        if found != sums.figures():
            raise Changed(f"the day changed meanwhile: it has {found.legs} calls, and the file {legs}")
        digest = sha256(part)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return str(path), digest, legs, found


def _let_go(day: int, figures: Figures, now: float, tick: Tick) -> None:
    """The calls leave the table: a partition at once, rows in portions."""
    if database.dialect() == "postgresql":
        try:
            database.write(lambda tx: archive.drop(tx, day, figures, now))
        except Changed as error:
            database.write(partial(archive.give_up, day=day, now=now))
            raise NotDone(f"{date_of(day)} is not archived: {error}") from error
        return
    while gone := database.write(partial(archive.delete_some, day=day, newest=figures.newest)):
        tick(gone)
    database.write(partial(archive.end, day=day, now=now))


def _read_again(path: Path) -> Figures:
    rows = call_archive.read(path)
    next(rows)
    sums = _Sums()
    for _ in sums.watched(rows, lambda count: None):
        pass
    return sums.figures()


class _Sums:
    """Adds up what is written, to be compared with the table."""

    def __init__(self) -> None:
        self._places = [archive.COLUMNS.index(name) for name in Figures._fields[2:]]
        self._id = archive.COLUMNS.index("id")
        self._legs = self._newest = 0
        self._sums = [0] * len(self._places)

    def watched(self, rows: Iterator[Row], tick: Tick) -> Iterator[Row]:
        for row in rows:
            if self._legs % archive.PORTION == 0:
                tick(archive.PORTION)
            self._legs += 1
            self._newest = max(self._newest, row[self._id])
            for place, column in enumerate(self._places):
                self._sums[place] += row[column]
            yield row

    def figures(self) -> Figures:
        return Figures(self._legs, self._newest, *self._sums)


def _refuse_strange(path: Path, head: Head, day: int) -> None:
    if head.day != day:
        raise ArchiveError(f"{path.name}: it holds {date_of(head.day)}")
    if strange := sorted(set(head.columns) ^ set(archive.COLUMNS)):
        raise ArchiveError(f"{path.name}: this release does not know, or misses: {', '.join(strange)}")


def _portions(rows: Iterator[Row]) -> Iterator[list[Row]]:
    some: list[Row] = []
    for row in rows:
        some.append(row)
        if len(some) == archive.PORTION:
            yield some
            some = []
    if some:
        yield some


def _said(error: Exception) -> str:
    return error.strerror if isinstance(error, OSError) and error.strerror else str(error)
