"""What happens on the site as events for programs: one look at the database for all who listen.

An event is news, never the only record of it: whoever was away for too long hears ``reset`` and reads
the lists again. Numbers are of this process only; a mark "START.N" tells processes apart.
"""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from domain.time.clock import rfc3339
from node.site import Site
from store import change_log, database, node
from store.errors import DatabaseError
from store.run import lookup
from store.tx import Tx

logger = logging.getLogger(__name__)

#: Seconds between two looks, and how long they go on when nobody listens any more, so that a listener
#: whose connection broke misses nothing.
PACE, KEEP = 0.5, 60.0
#: So many events are kept for those who come back.
MOST = 5_000
#: So many changes are told of in one look.
AT_ONCE = 500


@dataclass(frozen=True)
class Event:
    """`kind` is run, service, node or reset; `data` is JSON."""

    number: int
    kind: str
    data: dict[str, Any]


@dataclass(eq=False)
class Listener:
    """One program: `news` is set when there are new events."""

    loop: asyncio.AbstractEventLoop
    news: asyncio.Event

    def tell(self) -> None:
        """Wake its stream, from any thread."""
        with suppress(RuntimeError):  # the loop is closed: the process ends
            self.loop.call_soon_threadsafe(self.news.set)


class Feed:
    """The events of one web process and the thread that looks for them while somebody listens."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._start = secrets.token_hex(4)
        self._events: deque[Event] = deque(maxlen=MOST)
        self._last = 0
        self._seen: _Seen | None = None
        self._listeners: set[Listener] = set()
        self._idle_since = 0.0
        self._lock = threading.RLock()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self.closed = False

    @property
    def mark(self) -> str:
        """Of the newest event."""
        return f"{self._start}.{self._last}"

    def listen(self, loop: asyncio.AbstractEventLoop) -> Listener:
        """Begin to listen; `leave` ends it."""
        made = Listener(loop, asyncio.Event())
        made.news.set()
        with self._lock:
            self._listeners.add(made)
            if self._thread is None and not self.closed:
                self._thread = threading.Thread(target=self._run, name="events", daemon=True)
                self._thread.start()
        return made

    def leave(self, listener: Listener) -> None:
        """The connection has ended."""
        with self._lock:
            self._listeners.discard(listener)
            self._idle_since = time.monotonic()

    def since(self, mark: str) -> list[tuple[str, Event]]:
        """(mark, event) of what a listener at `mark` has not heard, the oldest first."""
        start, _, number = mark.rpartition(".")
        known = int(number) if number.isascii() and number.isdigit() and len(number) < 19 else -1
        with self._lock:
            oldest = self._events[0].number if self._events else self._last + 1
            if start != self._start or known < oldest - 1 or known > self._last:
                return [(self.mark, Event(self._last, "reset", {"reason": "read the lists again"}))]
            return [(f"{self._start}.{each.number}", each) for each in self._events if each.number > known]

    def look(self) -> bool:
        """Look once; whether anything happened. Raises DatabaseError."""
        now = _Seen.of(database.read(), self._seen)
        before, self._seen = self._seen, now
        if before is None:
            return False
        with self._lock:
            count = self._last
            for kind, data in now.since(before):
                self._last += 1
                self._events.append(Event(self._last, kind, data))
            told = list(self._listeners) if self._last > count else []
        for listener in told:
            listener.tell()
        return self._last > count

    def close(self) -> None:
        """Let every stream and the thread end."""
        self.closed = True
        self._wake.set()
        with self._lock:
            listeners, thread = list(self._listeners), self._thread
        for listener in listeners:
            listener.tell()
        if thread is not None:
            thread.join(2)

    def _run(self) -> None:
        while not self.closed:
            try:
                self.look()
            except DatabaseError as error:
                logger.debug("no events while the database is away: %s", error)
            except Exception:
                logger.exception("looking for events failed: it is tried again")
            self._wake.wait(PACE)
            with self._lock:
                if not self._listeners and time.monotonic() - self._idle_since > KEEP:
                    self._thread = None  # under the lock: whoever comes now starts another
                    self._forget()
                    break
        database.drop_connection()

    def _forget(self) -> None:
        """From here on nobody looks: what was seen does not join what will be."""
        self._seen = None
        self._events.clear()
        self._start = secrets.token_hex(4)


@dataclass(frozen=True)
class _Seen:
    """What the database said in one look."""

    runs: dict[int, dict[str, Any]]
    ended: list[dict[str, Any]]
    newest_run: int
    changes: list[dict[str, Any]]
    newest_change: int
    nodes: dict[str, tuple[str, float]]

    @classmethod
    def of(cls, tx: Tx, before: _Seen | None) -> _Seen:
        # First the newest: a run that comes after it must not look like one that has come and gone.
        newest_run = int(tx.value("SELECT COALESCE(MAX(id), 0) FROM run"))
        runs = {row["id"]: row for rows in lookup.open_runs(tx).values() for row in rows}
        newest_change = change_log.newest(tx)
        ended: list[dict[str, Any]] = []
        changes: list[dict[str, Any]] = []
        if before is not None:
            gone = [run_id for run_id in before.runs if run_id not in runs]
            quick = range(before.newest_run + 1, newest_run + 1)[-AT_ONCE:]
            gone += [run_id for run_id in quick if run_id not in runs]
            ended = list(lookup.by_id(tx, sorted(set(gone))).values())
            changes = change_log.since_id(tx, before.newest_change, AT_ONCE)
            newest_change = changes[-1]["id"] if changes else before.newest_change
        nodes = {row["name"]: (row["state"], row["state_at"]) for row in node.rows(tx)}
        return cls(runs, ended, newest_run, changes, newest_change, nodes)

    def since(self, before: _Seen) -> Iterator[tuple[str, dict[str, Any]]]:
        """(kind, data) of all that differs."""
        for run_id, row in self.runs.items():
            known = before.runs.get(run_id)
            if known is None or known["state"] != row["state"]:
                yield "run", _run(row)
        for row in sorted(self.ended, key=lambda row: row["id"]):
            if row["trigger"] != "hold":
                yield "run", _run(row)
        for row in self.changes:
            kind, _, name = row["object"].partition(" ")
            if kind == "service":
                what = {"name": name, "action": row["action"], "by": row["actor"], "at": rfc3339(row["at"])}
                yield "service", what
        for name, (state, at) in self.nodes.items():
            if before.nodes.get(name, ("",))[0] != state:
                yield "node", {"name": name, "state": state, "at": rfc3339(at)}


def _run(row: dict[str, Any]) -> dict[str, Any]:
    at = row.get("ended_at") or row["started_at"] or row["granted_at"] or row["queued_at"]
    return {
        "id": row["id"],
        "service": row["service"],
        "state": row["state"],
        "outcome": row.get("outcome"),
        "node": row["node"],
        "at": rfc3339(at),
    }


def text(mark: str, event: Event) -> str:
    """The event as a stream of server-sent events has it."""
    return f"id: {mark}\nevent: {event.kind}\ndata: {json.dumps(event.data)}\n\n"
