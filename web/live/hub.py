"""One thread that looks at the database for all open pages, while there are any.

It looks twice a second, and ten times a second for a short while after an act on this page, so that
whoever pressed a button sees at once what came of it. A view is looked at once for all who watch
it. Nothing queues up for a slow page: it asks what has changed since it last heard.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from markupsafe import Markup

from node.site import Site
from store import database
from store.errors import DatabaseError
from store.tx import Tx
from store.version import Version
from web.live.fresh import Fresh
from web.live.last_runs import LastRuns
from web.live.picture import Once, Picture, Track

logger = logging.getLogger(__name__)

#: Seconds between two looks; shortly after an act; how long that lasts.
PACE, QUICK, QUICK_FOR = 0.5, 0.1, 2.0
#: Seconds after which a view is looked at although nothing was written: some of it depends on the time.
AT_LEAST = 5.0
#: Seconds that a view without a watcher is kept: the page that was just sent connects within them.
KEEP = 30.0

#: The name of a view, who looks (a role) and its parameters.
Key = tuple[str, str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True)
class Look:
    """What a view is made from: the site, the database at this moment, and what others asked it already.

    `last_runs` is kept from one look to the next.
    """

    site: Site
    tx: Tx
    once: Once
    role: str
    params: tuple[tuple[str, str], ...]
    last_runs: LastRuns


View = Callable[[Look], Picture]


@dataclass
class _Watched:
    track: Track
    used: float
    looked_at: tuple[str, float] = ("", 0.0)  # the database's version then, and when
    watchers: set[Watch] = field(default_factory=set)


@dataclass(eq=False)
class Watch:
    """One open page: `news` is set when its view has changed."""

    key: Key
    loop: asyncio.AbstractEventLoop
    news: asyncio.Event

    def tell(self) -> None:
        """Wake the page's stream, from any thread."""
        with suppress(RuntimeError):  # the loop is closed: the process ends
            self.loop.call_soon_threadsafe(self.news.set)


class Hub:
    """The open pages of one web process and the thread that serves them."""

    def __init__(self, site: Site, views: dict[str, View]) -> None:
        self._site = site
        self._views = views
        self._start = secrets.token_hex(4)
        self._last_runs = LastRuns()
        self._watched: dict[Key, _Watched] = {}
        self._lock = threading.RLock()
        self._wake = threading.Event()
        self._quick_until = 0.0
        self._closed = False
        self._thread: threading.Thread | None = None
        self._away_since: float | None = None
        self.version = Version()
        self.fresh = Fresh(self.version)

    def look(self, key: Key) -> tuple[Picture, str]:
        """The view now, and the mark to go on from. Raises DatabaseError."""
        made = self._picture(key, Once())
        with self._lock:
            track = self._get(key).track
            track.show(made)
            return made, track.mark

    def watch(self, key: Key, loop: asyncio.AbstractEventLoop) -> Watch:
        """Begin to watch; raises KeyError for a view that does not exist."""
        self._views[key[0]]
        made = Watch(key, loop, asyncio.Event())
        made.news.set()
        with self._lock:
            self._get(key).watchers.add(made)
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._run, name="live", daemon=True)
                self._thread.start()
        self._wake.set()
        return made

    def leave(self, watch: Watch) -> None:
        """The page is closed."""
        with self._lock:
            if watch.key in self._watched:
                self._watched[watch.key].watchers.discard(watch)

    def changes(self, watch: Watch, mark: str) -> list[tuple[str, str]]:
        """What its page must swap in to be up to date; see `Track.changes`."""
        with self._lock:
            return self._get(watch.key).track.changes(mark)

    def hurry(self) -> None:
        """Something was done here: look now, and often for a moment."""
        self._quick_until = time.monotonic() + QUICK_FOR
        self._wake.set()

    def close(self) -> None:
        """Let every stream and the thread end."""
        self._closed = True
        self._wake.set()
        with self._lock:
            watches = [watch for each in self._watched.values() for watch in each.watchers]
        for watch in watches:
            watch.tell()
        thread = self._thread
        if thread is not None:
            thread.join(2)
        self.version.close()

    @property
    def closed(self) -> bool:
        """True once streams should end."""
        return self._closed

    @property
    def busy(self) -> bool:
        """True while the thread looks, which it does as long as somebody watches."""
        return self._thread is not None

    def _get(self, key: Key) -> _Watched:
        with self._lock:
            found = self._watched.get(key)
            if found is None:
                found = self._watched[key] = _Watched(Track(self._start), time.monotonic())
            found.used = time.monotonic()
            return found

    def _picture(self, key: Key, once: Once) -> Picture:
        name, role, params = key
        return self._views[name](Look(self._site, database.read(), once, role, params, self._last_runs))

    def _run(self) -> None:
        while not self._closed:
            self._wake.clear()
            try:
                self._round()
            except Exception:
                logger.exception("looking for open pages failed: it is tried again")
            pace = QUICK if time.monotonic() < self._quick_until else PACE
            self._wake.wait(pace)
            with self._lock:
                if not self._watched:
                    self._thread = None  # under the lock: whoever comes now starts another
                    break
        database.drop_connection()

    def _round(self) -> None:
        """Look once at everything that is watched, unless nothing was written since."""
        once = Once()
        for key in self._due():
            seen = (self._version(), time.monotonic())
            if not self._must_look(key, seen):
                continue
            try:
                made = self._picture(key, once)
                said = ""
                self._away_since = None
            except DatabaseError as error:
                made, said = None, self._away(error)
            self._tell(key, made, said, seen)

    def _version(self) -> str:
        """The database's version; nothing while it is away, which counts as a change."""
        try:
            return self.version.now()
        except DatabaseError:
            return ""

    def _must_look(self, key: Key, seen: tuple[str, float]) -> bool:
        with self._lock:
            watched = self._watched.get(key)
            if watched is None:
                return False
            version, at = watched.looked_at
            return not version or version != seen[0] or seen[1] - at > AT_LEAST

    def _tell(self, key: Key, made: Picture | None, said: str, seen: tuple[str, float]) -> None:
        """Wake those whose picture has changed."""
        with self._lock:
            watched = self._watched.get(key)
            if watched is None:
                return
            watched.looked_at = seen
            changed = watched.track.say("away", AWAY.format(said) if said else HERE)
            if made is not None:
                changed = watched.track.show(made) or changed
            told = list(watched.watchers) if changed else []
        for watch in told:
            watch.tell()

    def _due(self) -> list[Key]:
        """The views that somebody watches; those that nobody came back for are forgotten."""
        with self._lock:
            old = time.monotonic() - KEEP
            for key in [key for key, each in self._watched.items() if not each.watchers and each.used < old]:
                del self._watched[key]
            return [key for key, each in self._watched.items() if each.watchers]

    def _away(self, error: DatabaseError) -> str:
        now = self._site.clock.now()
        self._away_since = self._away_since or now
        local = _clock(self._away_since, self._site)
        return f"The database does not answer since {local}: what you see is from before. ({error})"


def _clock(at: float, site: Site) -> str:
    return f"{datetime.fromtimestamp(at, site.zone):%H:%M:%S}"


AWAY = Markup('<div id="away" class="banner bad" role="status">{}</div>')
HERE = '<div id="away" class="banner bad" hidden role="status"></div>'
