"""What a worker wants to be fed with, as every broker's intake gets it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from queue import PriorityQueue
from typing import TYPE_CHECKING, Any

from dramatiq import Message
from dramatiq.worker import _WorkQueueItem

from broker.queues import REQUEST_ACTOR, REQUESTS

if TYPE_CHECKING:
    from broker.transport import Transport

Claim = Callable[[list[Message[Any]]], Mapping[str, object]]
Take = Callable[[list[Message[Any]]], Sequence[Exception | None]]
WorkQueue = PriorityQueue[_WorkQueueItem]


@dataclass(frozen=True, slots=True)
class Feed:
    """Messages of `queues`, `at_once` at most, into `work_queue`; `claim` and `take`: see `broker.intake`."""

    queues: Sequence[str]
    at_once: int
    work_queue: WorkQueue
    claim: Claim | None = None
    take: Take | None = None

    def declare(self, broker: Transport) -> None:
        """Make the queues known to the broker. Raises ValueError if nobody takes its requests."""
        if REQUESTS in self.queues and REQUEST_ACTOR not in broker.actors:
            raise ValueError(f"{REQUESTS} is to be consumed, but no actor {REQUEST_ACTOR} is declared")
        for queue in self.queues:
            broker.declare_queue(queue)
