"""A broker in the memory of one process, for tests and for trying services out.

It behaves as the real ones do, with the same intake, but nothing survives the process and
nothing reaches another one.
"""

from __future__ import annotations

import dataclasses
import threading
from collections import deque
from collections.abc import Sequence
from typing import Any

import dramatiq
from dramatiq import Message

from broker.decode import Raw
from broker.feed import Feed
from broker.intake import Intake, OnRejected
from broker.queues import REJECTED
from store.tx import Tx


class StubBroker(dramatiq.Broker):
    """See `broker.transport.Transport`. `rejected` lists (queue, body, reason), oldest first."""

    on_rejected: OnRejected | None = None

    def __init__(self, *, middleware: Sequence[dramatiq.Middleware] = ()) -> None:
        super().__init__(middleware=list(middleware))
        self.queues: dict[str, deque[Raw]] = {}
        self.rejected: list[tuple[str, bytes, str]] = []
        self.changed = threading.Condition()

    def declare_queue(self, queue_name: str) -> None:
        if queue_name not in self.queues:
            self.emit_before("declare_queue", queue_name)
            self.queues[queue_name] = deque()
            self.emit_after("declare_queue", queue_name)

    def open_intake(self, feed: Feed) -> Intake:
        feed.declare(self)
        return StubIntake(
            stub=self,
            broker=self,
            feed=feed,
        )

    def enqueue(self, message: Message[Any], *, delay: int | None = None) -> Message[Any]:
        if delay is not None:
            raise ValueError(f"{message.actor_name}: a message cannot be delayed; plan the run instead")
        self.enqueue_many([message])
        return message

    def enqueue_many(self, messages: Sequence[Message[Any]]) -> None:
        for message in messages:
            self.emit_before("enqueue", message, None)
            self.put(Raw(message.queue_name, message.encode(), None))
            self.emit_after("enqueue", message, None)

    def enqueue_in(self, tx: Tx, messages: Sequence[Message[Any]]) -> bool:
        return False

    def put(self, raw: Raw) -> None:
        """Lay any bytes into a queue, as an outside publisher would."""
        self.declare_queue(raw.queue)
        with self.changed:
            self.queues[raw.queue].append(raw)
            self.changed.notify_all()

    def reachable(self) -> bool:
        return True

    def depths(self) -> dict[str, int]:
        return {**{name: len(raws) for name, raws in self.queues.items()}, REJECTED: len(self.rejected)}

    def close(self) -> None:
        """Nothing to let go of."""


class StubIntake(Intake):
    """Takes from the stub's queues; several may share them."""

    def __init__(self, *, stub: StubBroker, **rest: Any) -> None:
        super().__init__(**rest)
        self.stub = stub
        self._open: list[Raw] = []
        self._woken = False

    def connect(self) -> None:
        """Memory is always there."""

    def receive(self) -> None:
        with self.stub.changed:
            self.stub.changed.wait_for(self._due, self.patience())
            self._woken = False
            taken = self._taken()
        self.hand_over(taken)

    def ack(self, raws: Sequence[Raw]) -> None:
        self._open = [raw for raw in self._open if raw not in raws]

    def requeue(self, raws: Sequence[Raw]) -> None:
        self.ack(raws)
        with self.stub.changed:
            for raw in reversed(raws):
                self.stub.queues[raw.queue].appendleft(dataclasses.replace(raw, redelivered=True))
            self.stub.changed.notify_all()

    def reject(self, raw: Raw, reason: str) -> None:
        self.stub.rejected.append((raw.queue, raw.body, reason))
        self.ack([raw])

    def disconnect(self) -> None:
        self.requeue(self._open)

    def wake(self) -> None:
        with self.stub.changed:
            self._woken = True
            self.stub.changed.notify_all()

    def _due(self) -> bool:
        return self._woken or (self.free > 0 and any(self.stub.queues[queue] for queue in self.queues))

    def _taken(self) -> list[Raw]:
        taken: list[Raw] = []
        for queue in self.queues:
            while self.stub.queues[queue] and len(taken) < self.free:
                taken.append(self.stub.queues[queue].popleft())
        self._open += taken
        return taken
