"""The one thread of a process that feeds dramatiq's worker threads.

It stands in for dramatiq's ConsumerThreads and takes only what free threads can start, so
that messages wait where an idle process can reach them. A broker adds how messages arrive
and how they are answered; the order of claim, acknowledgement and start is here.
"""

from __future__ import annotations

import dataclasses
import logging
import threading
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from dramatiq.broker import MessageProxy
from dramatiq.message import generate_unique_id
from dramatiq.worker import _WorkQueueItem

from broker.decode import Raw, decode
from broker.delivery import Delivery, runs_of, sort_out
from broker.errors import BrokerUnreachable, NotNow, Rejected
from broker.feed import Feed
from broker.queues import REQUEST_ACTOR

if TYPE_CHECKING:
    from broker.transport import Transport

OnRejected = Callable[[str, bytes, str], None]

logger = logging.getLogger(__name__)


class Intake(threading.Thread, ABC):
    """Takes messages of `queues`, `at_once` at most, for worker threads, and answers for them.

    `claim` gets the run messages of one batch and returns {message_id: what was claimed}. A run
    that it names is acknowledged and started with kwargs {"claimed": ...}; one that it leaves out
    is stale: acknowledged and dropped. When it raises, the batch goes back to its queues and
    nothing is taken for `pause_after_failure` seconds. `take` does at once what the requests of one batch
    ask for, without a thread for each, and says of each what its actor would have raised. Other messages
    are acknowledged after their actor. A subclass's methods are called by this thread only; `wake` by any.
    """

    pause_after_failure = 0.5
    shortest_back_off = 0.2
    longest_back_off = 3.0
    longest_wait = 1.0

    def __init__(
        self,
        *,
        broker: Transport,
        feed: Feed,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(name="intake", daemon=True)
        self.broker = broker
        self.queues = tuple(feed.queues)
        self.at_once = feed.at_once
        self.work_queue = feed.work_queue
        self.claim = feed.claim
        self.take = feed.take
        self.clock = clock
        self.idle = threading.Condition()
        self._in_work = 0
        self._paused = False
        self._held_until = 0.0
        self._claim_failing = False
        self._stopping = threading.Event()
        self._answers: deque[tuple[Delivery, BaseException | None]] = deque()
        self._done: list[Raw] = []
        self._returning: list[tuple[float, Raw]] = []

    @property
    def in_work(self) -> int:
        """Messages that were delivered and whose actor has not returned."""
        return self._in_work

    @property
    def free(self) -> int:
        """How many more messages may be taken now."""
        if self._paused or self._stopping.is_set() or self.clock() < self._held_until:
            return 0
        return max(0, self.at_once - self._in_work)

    def pause(self) -> None:
        """Take nothing new; what is in work goes on."""
        self._paused = True
        self.wake()

    def resume(self) -> None:
        self._paused = False
        self.wake()

    def wait_idle(self, timeout: float | None = None) -> bool:
        """Wait up to `timeout` seconds until nothing is in work; says whether it is so."""
        with self.idle:
            return self.idle.wait_for(lambda: self._in_work == 0, timeout)

    def stop(self, timeout: float) -> None:
        """Take nothing new, wait up to `timeout` seconds for what is in work, then end.

        What is still in work then and was not acknowledged is delivered again elsewhere.
        """
        self.pause()
        self.wait_idle(timeout)
        self._stopping.set()
        self.wake()
        if self.is_alive():
            self.join(max(1.0, timeout))

    def post_process_message(self, delivery: MessageProxy) -> None:
        """The actor of `delivery` has returned or raised; called by its worker thread."""
        assert isinstance(delivery, Delivery)
        if not delivery.settled:
            self._answers.append((delivery, delivery.error))
        with self.idle:
            was_full = self._in_work >= self.at_once
            self._in_work -= 1
            self.idle.notify_all()
        if was_full or not delivery.settled:
            self.wake()

    @abstractmethod
    def connect(self) -> None:
        """Make ready to receive. Raises BrokerUnreachable."""

    @abstractmethod
    def receive(self) -> None:
        """Wait for messages up to `patience()` seconds or until `wake()`, hand over at most `free`.

        Raises BrokerUnreachable; the thread then disconnects, waits and connects again.
        """

    @abstractmethod
    def ack(self, raws: Sequence[Raw]) -> None:
        """These are done for good. Those of an earlier connection are passed over."""

    @abstractmethod
    def requeue(self, raws: Sequence[Raw]) -> None:
        """These go back to their queues, to be delivered again."""

    @abstractmethod
    def reject(self, raw: Raw, reason: str) -> None:
        """Move this one to the rejected queue, with its reason."""

    @abstractmethod
    def disconnect(self) -> None:
        """Let go of the broker; must not raise. What was not answered is delivered again."""

    @abstractmethod
    def wake(self) -> None:
        """End the current wait in `receive`; may be called by any thread at any time."""

    def run(self) -> None:
        back_off = self.shortest_back_off
        lost = False
        while not self._stopping.is_set():
            try:
                self.connect()
                while not self._stopping.is_set():
                    self._answer()
                    self.receive()
                    if lost:
                        logger.info("the broker is back; messages are taken again")
                    lost, back_off = False, self.shortest_back_off
            except Exception as error:
                if not isinstance(error, BrokerUnreachable):
                    logger.exception("the intake failed; it starts over")
                elif not lost:
                    logger.warning("the broker is lost, trying again until it is back: %s", error)
                lost = True
                self.disconnect()
                self._stopping.wait(back_off)
                back_off = min(back_off * 2, self.longest_back_off)
        self._finish()

    def patience(self) -> float:
        """Seconds that `receive` may wait: until the next thing this thread has to do itself."""
        now = self.clock()
        due = [when for when, _ in self._returning]
        if self._held_until > now:
            due.append(self._held_until)
        return max(0.0, min([self.longest_wait, *(when - now for when in due)]))

    def hand_over(self, raws: Sequence[Raw]) -> None:
        """Decode, claim, acknowledge and start these messages; never more than `free` of them."""
        batch = self.decoded(raws)
        if not batch:
            return
        self._count(len(batch))
        try:
            claims = self.claimed(batch)
        except Exception as error:
            self._count(-len(batch))
            self.hold(error)
            self._returning += [(0.0, delivery.raw) for delivery in batch]
            self._give_back(self.clock())
            return
        ready = sort_out(batch, claims)
        try:
            self.ack([delivery.raw for delivery in batch if delivery.settled])
        finally:
            # The claims are committed: these must start even if the broker went away just now.
            self._count(len(ready) - len(batch))
            self._start(ready)

    def decoded(self, raws: Sequence[Raw]) -> list[Delivery]:
        """The deliveries in `raws`; what cannot be one is rejected. Message ids are unique after it."""
        batch: list[Delivery] = []
        seen: set[str] = set()
        for raw in raws:
            try:
                message = decode(raw, self.broker.actors)
            except Rejected as error:
                self._refuse(raw, str(error))
                continue
            if message.message_id in seen:
                message = dataclasses.replace(message, message_id=generate_unique_id())
            seen.add(message.message_id)
            batch.append(Delivery(message, raw))
        return batch

    def claimed(self, batch: Sequence[Delivery]) -> Mapping[str, object] | None:
        """What `claim` says of the runs in `batch`; None if there is nothing to claim."""
        runs = runs_of(batch)
        if self.claim is None or not runs:
            return None
        claims = self.claim(runs)
        if self._claim_failing:
            self._claim_failing = False
            logger.info("runs can be claimed again")
        return claims

    def hold(self, error: Exception) -> None:
        """Take nothing for a moment, because runs cannot be claimed."""
        self._held_until = self.clock() + self.pause_after_failure
        if not self._claim_failing:
            logger.warning(
                "runs cannot be claimed, trying again until they can: %s: %s", type(error).__name__, error
            )
        self._claim_failing = True

    def _start(self, ready: Sequence[Delivery]) -> None:
        requests = []
        for delivery in ready:
            if self.take is not None and delivery.actor_name == REQUEST_ACTOR:
                requests.append(delivery)
                continue
            priority = self.broker.get_actor(delivery.actor_name).priority
            self.work_queue.put(_WorkQueueItem(priority, delivery))
        if self.take is not None and requests:
            told = self.take([delivery.message for delivery in requests])
            for delivery, error in zip(requests, told, strict=True):
                delivery.stand_for(error)
                self.post_process_message(delivery)

    def _count(self, change: int) -> None:
        with self.idle:
            self._in_work += change
            self.idle.notify_all()

    def _answer(self) -> None:
        while self._answers:
            delivery, error = self._answers[0]
            if error is None:
                self._done.append(delivery.raw)
            elif isinstance(error, Rejected):
                self._refuse(delivery.raw, str(error))
            elif isinstance(error, NotNow) or not delivery.raw.redelivered:
                self._returning.append((self.clock() + self.pause_after_failure, delivery.raw))
            else:
                self._refuse(delivery.raw, f"{type(error).__name__}: {error}")
            self._answers.popleft()
        if self._done:
            self.ack(self._done)
            self._done = []
        self._give_back(self.clock())

    def _give_back(self, now: float) -> None:
        if due := [raw for when, raw in self._returning if when <= now]:
            self.requeue(due)
            self._returning = [(when, raw) for when, raw in self._returning if when > now]

    def _refuse(self, raw: Raw, reason: str) -> None:
        # It may quote what the sender wrote, and must fit a header and a database's text.
        reason = reason.replace("\0", "?").encode("utf-8", "replace").decode("utf-8")
        self.reject(raw, reason)
        logger.warning("a message of queue %s was rejected: %s", raw.queue, reason)
        if self.broker.on_rejected is not None:
            try:
                self.broker.on_rejected(raw.queue, raw.body, reason)
            except Exception:
                logger.exception("a rejected message could not be counted")

    def _finish(self) -> None:
        try:
            self._answer()
            self._give_back(float("inf"))
        except Exception as error:
            logger.warning("some messages could not be answered and will be delivered again: %s", error)
        self.disconnect()
