"""The intake for the database broker: the fetch is the claim, in one commit.

A run message is deleted in the transaction that claims its run. Any other is taken by an owner
(see `holding`), deleted when its actor has returned, and given back when it cannot be served yet
or this process stops.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dramatiq import Message
from dramatiq.broker import MessageProxy

from broker.database import wake
from broker.database.away import unreachable
from broker.database.holding import Holding, Taken
from broker.decode import Raw, decode, is_run
from broker.delivery import Delivery, sort_out
from broker.errors import NotNow, Rejected
from broker.intake import Intake
from store import database, message
from store.errors import DatabaseAway
from store.message import Fetched
from store.tx import Tx

#: A message whose process ended this often, before it was answered, is not tried again.
MOST_DELIVERIES = 3

ClaimIn = Callable[[Tx, list[Message[Any]]], Mapping[str, object]]

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class _Batch:
    """One fetch: the runs with what was claimed of them, and the rest, which has an owner now."""

    runs: list[Delivery] = field(default_factory=list)
    claims: Mapping[str, object] = field(default_factory=dict)
    rest: list[Raw] = field(default_factory=list)


class _CannotClaim(Exception):
    """Runs cannot be claimed, though the database answers."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(str(cause))
        self.cause = cause


class DatabaseIntake(Intake):
    """Takes messages out of the table `message`.

    A claim with a method ``claim_in`` (`broker.transport.Claimer`) joins the fetch; a plain one is
    called after it. `lease` is in seconds.
    """

    def __init__(self, *, lease: float, **rest: Any) -> None:
        super().__init__(**rest)
        self.bell = wake.Bell(self.queues)
        self.holding = Holding(lease, self.clock)
        self._claim_in: ClaimIn | None = getattr(self.claim, "claim_in", None)
        self._listened = True  # a ring may come before the first look

    def connect(self) -> None:
        with unreachable():
            self.bell.clear()
            self.holding.give_back_lost()

    def receive(self) -> None:
        with unreachable():
            self.holding.care()
            self.bell.clear(wanted=lambda: self.free > 0)
            free = self.free > 0
            if free and self._take():
                return
            if self._listened and not free:
                self._pass_on()
            self._listened = free
            self.bell.wait(self.patience())

    def patience(self) -> float:
        # `receive` forgot the wakes: what they may have been for is looked at here.
        if self._answers or self._stopping.is_set():
            return 0.0
        return min(super().patience(), self.holding.watch.due_in())

    def post_process_message(self, delivery: MessageProxy) -> None:
        assert isinstance(delivery, Delivery)
        delivery.raw.receipt.failed = delivery.error is not None and not isinstance(delivery.error, NotNow)
        super().post_process_message(delivery)

    def ack(self, raws: Sequence[Raw]) -> None:
        with unreachable():
            self.holding.settle(raws)

    def requeue(self, raws: Sequence[Raw]) -> None:
        with unreachable():
            self.holding.give_back(raws)

    def reject(self, raw: Raw, reason: str) -> None:
        with unreachable():
            self.holding.reject(raw, reason)

    def disconnect(self) -> None:
        self.holding.watch.interrupted()
        if not self._stopping.is_set():
            self.bell.shut()
        else:
            self._leave()
            self.bell.close()
        if database.is_open():
            database.drop_connection()

    def wake(self) -> None:
        self.bell.wake()

    # Taking: look, reserve threads, fetch and claim in one commit, start.

    def _take(self) -> bool:
        """Start what waits, for as many threads as are free; says whether there was something."""
        queues = message.waiting_in(database.read(), self.queues)
        limit = self._reserve() if queues else 0
        if not limit:
            return False
        try:
            batch = database.write(lambda tx: self._fetch(tx, queues, limit), durable=False)
            self._begin(batch)
            return bool(batch.runs or batch.rest)
        except _CannotClaim as error:
            self.hold(error.cause)
            return False
        finally:
            self._count(-limit)

    def _reserve(self) -> int:
        """Count the free threads as in work, so that a drain waits for what this fetch brings."""
        with self.idle:
            free = self.free
            self._in_work += free
            return free

    def _fetch(self, tx: Tx, queues: Sequence[str], limit: int) -> _Batch:
        batch = self._sorted(message.fetch(tx, queues, limit))
        if batch.runs and self._claim_in is not None:
            try:
                batch.claims = self._claim_in(tx, [run.message for run in batch.runs])
            except DatabaseAway:
                raise
            except Exception as error:
                raise _CannotClaim(error) from error
            message.delete(tx, [run.raw.receipt.id for run in batch.runs])
        message.take(tx, [raw.receipt.id for raw in batch.rest], self.holding.owner)
        return batch

    def _sorted(self, fetched: Sequence[Fetched]) -> _Batch:
        batch = _Batch()
        seen = set()
        for one in fetched:
            raw = Raw(
                queue=one.queue,
                body=one.body,
                receipt=Taken(one.id, one.deliveries + 1),
                redelivered=one.deliveries > 0,
                routing_key=one.origin or one.queue,
                message_id=one.name,
            )
            run = self._run_in(raw)
            if run is None or run.message_id in seen:
                batch.rest.append(raw)
            else:
                seen.add(run.message_id)
                batch.runs.append(Delivery(run, raw))
        return batch

    def _run_in(self, raw: Raw) -> Message[Any] | None:
        """The run message in `raw`, if it is one and the fetch can claim it."""
        if self._claim_in is None:
            return None
        try:
            found = decode(raw, self.broker.actors)
        except Rejected:
            return None
        return found if is_run(found) else None

    def _begin(self, batch: _Batch) -> None:
        """The fetch is committed: what was claimed must start, whatever happens now."""
        ready = sort_out(batch.runs, batch.claims)
        self._count(len(ready))
        self._start(ready)
        if batch.runs and self._claim_failing:
            self._claim_failing = False
            logger.info("runs can be claimed again")
        worn_out = [raw for raw in batch.rest if raw.receipt.deliveries > MOST_DELIVERIES]
        for raw in worn_out:
            self._refuse(raw, f"it was delivered {MOST_DELIVERIES} times and no process survived it")
        self.hand_over([raw for raw in batch.rest if raw not in worn_out])

    def _start(self, ready: Sequence[Delivery]) -> None:
        self.holding.started(delivery.raw for delivery in ready if not delivery.settled)
        super()._start(ready)

    # Not taking.

    def _pass_on(self) -> None:
        """No thread is free any more, so a ring that came here was meant for another process."""
        if database.dialect() == "sqlite":  # PostgreSQL told everyone
            wake.ring(dict.fromkeys(message.waiting_in(database.read(), self.queues), 1))

    def _leave(self) -> None:
        try:
            if database.is_open():
                self.holding.give_back_all()
                self._pass_on()
        except Exception as error:
            logger.warning("what is in work here is delivered again after a lease, not at once: %s", error)
