"""Which files of a collector's folder are finished, and which of them are new.

A file is finished when it did not change for `finished_after`, by its own time; where that lies in the future
(somebody's clock is wrong), when two looks so far apart saw the same.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from actors.collecting.collector import Collector
from backends.files.folder import Found, files
from domain.calls.packed import clean
from store.call_file.known import Known


class Waiting(NamedTuple):
    """A file to be read, and where it lies."""

    known: Known
    path: Path


class Looked(NamedTuple):
    """`to_read` in the order of their times; `to_put_away`: read before, but still in the folder."""

    to_read: list[Waiting]
    to_put_away: list[Waiting]
    growing: int


def look(collector: Collector, now: float, check: Callable[[], None] = lambda: None) -> Looked:
    """Compare the folder with what is known; new files and changed ones are written down. Raises OSError."""
    from store import database
    from store.call_file import known as store

    found = {_name(each): each for each in files(collector.folder, collector.mask)}
    before = store.by_name(database.read(), collector.id, found)
    to_read, away, growing = [], [], 0
    for name, each in sorted(found.items(), key=lambda item: (item[1].modified_at, item[0])):
        check()
        known = before.get(name)
        if known is None or not _is_same(known, each):
            known = _note(collector, name, each, known, now)
            if known is None:
                growing += 1
                continue
        if known.state in ("loaded", "repeated", "quarantined"):
            away.append(Waiting(known, each.path))
        elif known.state == "loading" or _is_finished(collector, known, each, now):
            to_read.append(Waiting(known, each.path))
        else:
            growing += 1
    # Those that are to be read again lie elsewhere.
    here = {waiting.known.id for waiting in to_read}
    for known in store.unfinished(database.read(), collector.id):
        if known.id not in here and known.name not in found:
            to_read.append(Waiting(known, Path(known.place)))
    return Looked(to_read, away, growing)


def _is_same(known: Known, found: Found) -> bool:
    is_here = known.place == str(found.path)
    return is_here and known.size == found.size and abs(known.modified_at - found.modified_at) < 0.001


def _is_finished(collector: Collector, known: Known, found: Found, now: float) -> bool:
    quiet = now - found.modified_at
    if quiet >= 0:
        return quiet >= collector.finished_after
    return now - known.found_at >= collector.finished_after


def _note(collector: Collector, name: str, found: Found, known: Known | None, now: float) -> Known | None:
    """What is known of it from now on; None: somebody changed the row meanwhile."""
    from store import database
    from store.call_file import known as store

    if known is not None and known.state in ("found", "loading") and known.place == str(found.path):
        row = known
        if not database.write(lambda tx: store.changed(tx, row, found.size, found.modified_at, now)):
            return None
        known = known._replace(size=found.size, modified_at=found.modified_at, found_at=now)
        return known._replace(state="found", sha256="", bytes_read=0, cursor="")
    return database.write(
        lambda tx: store.add(
            tx,
            collector_id=collector.id,
            gateway_id=collector.gateway_id,
            name=name,
            place=clean([str(found.path)])[0],
            format=collector.format,
            size=found.size,
            modified_at=found.modified_at,
            now=now,
        )
    )


def _name(found: Found) -> str:
    # A name that is no UTF-8 has no place in a database.
    return clean([found.name])[0]
