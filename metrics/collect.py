"""The metrics of the site, read from its database; the same from every web process.

What is read is kept for a moment, so that several who scrape cost one look. Trouble with the database
is told as ``database_up 0``, and what it would have told is absent: nobody is told old figures.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from prometheus_client.exposition import choose_encoder

from domain.time.clock import Clock
from metrics import counted, places, services
from metrics.look import Look
from metrics.patient import Patient
from metrics.samples import Samples
from store import database
from store.errors import DatabaseAway, DatabaseError

logger = logging.getLogger(__name__)

#: Seconds for which a look is good, and for which the broker's answer is.
KEEP, KEEP_BROKER = 2.0, 5.0
#: Seconds that a scrape waits for the database and for the broker: Prometheus gives up after 10.
PATIENCE, PATIENCE_BROKER = 5.0, 1.0

#: One family of queries each: where one cannot be read, the others still are.
READERS: tuple[Callable[[Samples, Look], None], ...] = (
    services.read,
    counted.read,
    services.waiting_for_slot,
    services.daemons,
    places.run_groups,
    places.nodes,
    places.jobs,
    places.outbox,
    places.held,
    places.site,
)


@dataclass
class _Kept:
    """The samples of a moment (monotonic seconds), and the texts that were made of them."""

    at: float
    samples: Samples
    texts: dict[str, bytes]


class Metrics:
    """Scraped by `text`. `broker_reachable` None: the broker is the database itself."""

    def __init__(
        self,
        *,
        clock: Clock,
        zone: ZoneInfo,
        version: str,
        broker_reachable: Callable[[], bool] | None = None,
        kinds: Sequence[str] = (),
    ) -> None:
        self._clock = clock
        self._zone = zone
        self._version = version
        self._kinds = tuple(kinds)
        self._lock = threading.Lock()
        self._kept: _Kept | None = None
        self._database = Patient("metrics", self._read)
        self._broker = Patient("metrics broker", broker_reachable) if broker_reachable else None
        self._broker_at, self._broker_up = float("-inf"), False

    def text(self, accept: str) -> tuple[bytes, str]:
        """(body, content type) for a scraper that sends this Accept header; never raises for trouble."""
        encode, content_type = choose_encoder(accept)
        with self._lock:
            kept = self._kept
            if kept is None or self._clock.monotonic() - kept.at >= KEEP:
                kept = self._kept = _Kept(self._clock.monotonic(), self._samples(), {})
            if content_type not in kept.texts:
                kept.texts[content_type] = encode(kept.samples)
            return kept.texts[content_type], content_type

    def _samples(self) -> Samples:
        samples = Samples()
        try:
            failed, found = self._database.ask(PATIENCE)
            samples.merge(found)
            up = True
        except (DatabaseError, TimeoutError) as error:
            logger.debug("metrics: the database is away: %s", error)
            failed, up = len(READERS), False
        samples.add("broker_up", up if self._broker is None else self._broker_answers())
        samples.add("database_up", up)
        samples.add("scrape_failed_families", failed)
        samples.add("build_info", 1, self._version)
        return samples

    def _read(self) -> tuple[int, Samples]:
        """(families that could not be read, the samples of the others). On a connection of its own."""
        samples, failed = Samples(), 0
        try:
            look = Look(database.read(), self._clock.now(), self._zone, self._kinds)
            for read in READERS:
                part = Samples()
                try:
                    read(part, look)
                except DatabaseAway:
                    raise
                except DatabaseError as error:
                    failed += 1
                    logger.debug("metrics: %s.%s: %s", read.__module__, read.__name__, error)
                else:
                    samples.merge(part)
        finally:
            if database.is_open():
                database.drop_connection()
        return failed, samples

    def _broker_answers(self) -> bool:
        assert self._broker is not None
        if self._clock.monotonic() - self._broker_at >= KEEP_BROKER:
            try:
                self._broker_up = self._broker.ask(PATIENCE_BROKER)
            except Exception as error:  # whatever a broker's library raises: it does not answer
                logger.debug("metrics: the broker is away: %s", error)
                self._broker_up = False
            self._broker_at = self._clock.monotonic()
        return self._broker_up
