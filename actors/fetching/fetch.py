"""One run of Files Downloader: every data source by itself, one that fails does not hide the others."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Sequence
from typing import Any

from actors.context import Context
from actors.fetching.gone import note_gone
from actors.fetching.source import Source
from actors.fetching.tidy import tidy
from actors.outcome import Outcome
from backends.error import BackendError
from backends.files.folder import is_wanted
from backends.files.opened import remote
from backends.files.remote import ROOM, Listed, Remote, discard_old_parts, get, is_safe
from config.secrets import SecretError
from store.call_file.remote import Seen

#: A file that is older than this is finished, however wrong the clock there is.
OLD = 2 * 86_400.0
#: Seconds until the next try of a file that failed; doubled each time, to a day.
AGAIN = 300.0
#: Names that are refused of one look: each is told of once.
MOST_REFUSED = 100


class NoRoom(Exception):
    """Our disk is full: nothing more can be fetched from anywhere."""


def fetch(context: Context) -> Outcome:
    """Fetch what is new and finished. Counts: ``fetched``, ``bytes``, ``growing``, ``failed``, ``tidied``."""
    from store import database
    from store.object import read

    counts: Counter[str] = Counter(fetched=0, bytes=0)
    troubles: list[str] = []
    rows = read.live(database.read(), "data_source", enabled=True)
    for number, row in enumerate(rows):
        context.check_stop()
        context.progress(number, len(rows))
        try:
            source = Source.of(row, context.log_folder.parent, context.secret)
            _Fetching(context, source, counts, troubles).run()
        except (BackendError, SecretError) as error:
            troubles.append(f"{row['name']}: {error}")
            counts["failed"] += 1
        except (NoRoom, OSError) as error:
            troubles.append(f"{row['name']}: {error}")
            counts["failed"] += 1
            if isinstance(error, NoRoom):
                break
    for text in troubles:
        context.log.warning(text)
    kind: Any = "done" if not troubles else "failed" if counts["failed"] == len(rows) else "partial"
    return Outcome(kind, dict(counts), "; ".join(troubles[:3]))


class _Fetching:
    def __init__(self, context: Context, source: Source, counts: Counter[str], troubles: list[str]) -> None:
        self.context, self.source, self.counts, self.troubles = context, source, counts, troubles

    def run(self) -> None:
        source = self.source
        with remote(source.protocol, source.server) as there:
            for seen in self._look(there):
                self.context.check_stop()
                self._get(there, seen)
            tidy(self.context, source, there, self.counts, self.troubles)

    @property
    def _now(self) -> float:
        return self.context.now.timestamp()

    def _look(self, there: Remote) -> list[Seen]:
        """What is to be fetched now; what is new is written down."""
        from store import database
        from store.call_file import remote as store

        source, now = self.source, self._now
        odd: list[str] = []

        def wanted(name: str) -> bool:
            if is_safe(name):
                return is_wanted(name, source.mask)
            if name not in (".", ".."):
                odd.append(name)
            return False

        def known(found: Sequence[tuple[str, int]]) -> dict[str, int]:
            sizes = dict(found)
            rows = store.by_name(database.read(), source.id, sizes).values()
            return {
                row.name: row.modified_at
                for row in rows
                if row.size == sizes[row.name] and row.state != "seen"
            }

        listed = {each.name: each for each in there.listed(wanted, known)}
        names = [*listed, *map(_printable, odd[:MOST_REFUSED])]
        before = store.by_name(database.read(), source.id, names)
        new = [each for each in listed.values() if not _is_same(before.get(each.name), each)]
        for at in range(0, len(new), 5_000):
            part = [tuple(each) for each in new[at : at + 5_000]]
            database.write(lambda tx, part=part: store.see(tx, source.id, part, now))  # type: ignore[misc]
        self._refuse([name for name in odd[:MOST_REFUSED] if _printable(name) not in before])
        note_gone(source.id, {*listed, *map(_printable, odd)}, before, now)
        discard_old_parts(source.folder, listed.values())
        current = store.by_name(database.read(), source.id, listed) if new else before
        waiting = [current[name] for name in listed if current[name].state == "seen"]
        ready = [seen for seen in waiting if self._is_finished(seen)]
        self.counts["growing"] += len(waiting) - len(ready)
        return sorted(ready, key=lambda seen: (seen.modified_at, seen.name))

    def _is_finished(self, seen: Seen) -> bool:
        if not seen.size or (seen.retry_at or 0.0) > self._now:
            return False
        unchanged = self._now - seen.seen_at
        is_old = seen.modified_at > 0 and self._now - seen.modified_at >= OLD
        return unchanged >= self.source.finished_after or is_old

    def _refuse(self, names: list[str]) -> None:
        from store import database
        from store.call_file import remote as store

        now, text = self._now, "its name can be no name of a file here"
        for name in names:
            shown = _printable(name)
            self.troubles.append(f"{self.source.name}: {shown}: {text}")
            database.write(lambda tx, shown=shown: store.refuse(tx, self.source.id, shown, text, now))  # type: ignore[misc]

    def _get(self, there: Remote, seen: Seen) -> None:
        from store import database
        from store.call_file import remote as store

        source = self.source
        source.folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(source.folder).free
        if free < seen.size + ROOM:
            raise NoRoom(f"no room for {seen.name}: {free >> 20} MB are free in {source.folder}")
        listed = Listed(seen.name, seen.size, seen.modified_at)
        try:
            place = get(there, str(source.server), listed, source.folder, self._moved)
        except BackendError as error:
            later = self._now + min(AGAIN * 2**seen.tries, 86_400.0)
            if error.kind in ("unreachable", "auth"):
                raise  # of the server, not of this file
            text = str(error)
            database.write(lambda tx: store.failed(tx, seen, text, later))
            self.troubles.append(f"{source.name}: {text}")
            return
        except OSError as error:
            raise NoRoom(f"{seen.name} cannot be written: {error.strerror or error}") from None
        now, is_done = self._now, source.after == "keep"
        database.write(lambda tx: store.fetched(tx, seen, str(place), now, is_done=is_done))
        self.counts["fetched"] += 1
        self.counts["bytes"] += seen.size

    def _moved(self, count: int) -> None:
        self.context.check_stop()


def _is_same(seen: Seen | None, listed: Listed) -> bool:
    return seen is not None and (seen.size, seen.modified_at) == (listed.size, listed.modified_at)


def _printable(name: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in name)[:200]
