"""The beat: wakes on each minute and writes what is due, as one transaction for all services.

It is periodiq's scheduler with its clockwork replaced: periodiq takes its rules once, dies with
the broker and knows neither gaps nor folds of a clock (measured), so the rules live in the
database and nothing here depends on the broker. Several beats may run; the ledger's guard makes
the second one find nothing to do.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any
from zoneinfo import ZoneInfo

import pendulum
import periodiq

from domain.time.clock import Clock
from schedules import ledger
from schedules.ledger import Accounted, Ahead
from store import database, service, setting
from store.errors import DatabaseError
from store.tx import Tx

logger = logging.getLogger(__name__)

#: What was accounted for, and messages of the runs that were granted.
Tick = tuple[Accounted, list[Any]]

#: After a failure, seconds until the minute is tried again.
RETRY = 1.0
MINUTE = 60
#: Seconds before a full minute at which the beat looks at what it will be to write: the minute itself then
#: finds all of it reckoned, its connection awake and the code in the processor's cache.
AHEAD = 0.1
#: Seconds between two looks at the wall clock: it may be set, or the machine suspended, while the beat waits.
LOOK = 1.0


class StoredSpec:
    """What an actor's `periodic` option holds: a rule that is read from the database each minute."""

    def __init__(self, name: str) -> None:
        self.name = name

    def validate(self, now: Any) -> bool:
        """periodiq's question "now?": always worth a look, the ledger decides."""
        return True

    @staticmethod
    def next_valid_date(now: Any) -> Any:
        """The next minute."""
        return now.add(minutes=1).start_of("minute")

    def __str__(self) -> str:
        return f"the stored schedule of {self.name}"


class Beat(periodiq.Scheduler):  # type: ignore[misc]
    """Writes the due occurrences of the services whose actors carry a `StoredSpec`.

    ``grant(tx, runs)`` runs the grant pass in the same transaction and returns messages;
    ``write(work, granted)`` executes such a transaction and sends what `granted` finds in its result.
    """

    def __init__(
        self,
        actors: Sequence[Any],
        *,
        zone: ZoneInfo,
        clock: Clock,
        grant: Callable[[Tx, Sequence[int]], list[Any]],
        write: Callable[[Callable[[Tx], Tick], Callable[[Tick], list[Any]]], Tick],
    ) -> None:
        super().__init__(actors)
        self.specs = [actor.options["periodic"] for actor in actors]
        self._names = {spec.name for spec in self.specs}
        self._zone = zone
        self._clock = clock
        self._grant = grant
        self._write = write
        self._ahead: Ahead | None = None
        self._stop = threading.Event()
        self._away = False

    def loop(self) -> None:
        """Tick at once, then on every full minute, until `stop`."""
        while not self._stop.is_set():
            if not self.schedule():
                self._stop.wait(RETRY)
                continue
            minute = self.next_minute()
            if self._wait_until(minute - AHEAD):
                self.look_ahead(int(minute))
                self._wait_until(minute)

    def stop(self) -> None:
        """End `loop`."""
        self._stop.set()

    def _wait_until(self, moment: float) -> bool:
        """Whether the wall clock has come to this moment (epoch seconds); also once it is set back."""
        while 0 < (left := moment - self._clock.now()) <= MINUTE:
            if self._stop.wait(min(left, LOOK)):
                return False
        return True

    def next_minute(self) -> float:
        """When the next full minute of the wall clock begins, in epoch seconds."""
        minute: float = StoredSpec.next_valid_date(pendulum.from_timestamp(self._clock.now())).timestamp()
        return minute

    def look_ahead(self, minute: int) -> None:
        """See what will be due at this minute, so that it need not be reckoned then."""
        try:
            self._ahead = self._look(database.read(), minute)
        except DatabaseError:
            self._ahead = None  # the tick will meet it, and tell of it

    def schedule(self) -> bool:
        """Account for all services up to now; False when the database was away."""
        try:
            done, _ = self._write(self._tick, itemgetter(1))
        except DatabaseError as error:
            if not self._away:
                logger.warning("the beat waits for the database: %s", error)
            self._away = True
            return False
        if self._away:
            logger.warning("the beat goes on: the database is back")
            self._away = False
        if done.results:
            counts = ", ".join(f"{count} {result}" for result, count in sorted(done.results.items()))
            logger.debug("tick: %s", counts)
        return True

    def _tick(self, tx: Tx) -> Tick:
        tx.grant_lock()
        now = self._clock.now()
        ahead, self._ahead = self._ahead, None
        if ahead is None or ahead.until != int(now):
            ahead = self._look(tx, int(now))
        done = ledger.write(tx, ahead, now)
        if done.left:  # they were changed since we looked
            done.add(ledger.write(tx, self._look(tx, int(now)), now))
        setting.put(tx, "beat", {"at": now}, now)
        return done, self._grant(tx, done.queued) if done.queued else []

    def _look(self, tx: Tx, until: int) -> Ahead:
        rows = [row for row in service.rows(tx) if row["name"] in self._names]
        return ledger.look_ahead(rows, until, self._zone)
