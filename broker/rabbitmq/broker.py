"""The broker object that actors are declared on when the site uses RabbitMQ."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dramatiq
from dramatiq import Message
from dramatiq.brokers import rabbitmq

from broker.feed import Feed
from broker.intake import Intake, OnRejected
from broker.queues import REJECTED, REQUESTS
from broker.rabbitmq.intake import RabbitmqIntake
from broker.rabbitmq.publisher import Letter, Publisher
from store.tx import Tx


class RabbitmqBroker(rabbitmq.RabbitmqBroker):
    """dramatiq's RabbitMQ broker with one intake and one publisher per process.

    It has no delay queues, no dead-letter queues and no middleware but what is given. Nothing
    connects before it is needed, so a process may fork first. See `broker.transport.Transport`.
    """

    on_rejected: OnRejected | None = None

    def __init__(self, url: str, *, middleware: Sequence[dramatiq.Middleware] = ()) -> None:
        super().__init__(url=url, middleware=list(middleware))
        self.publisher = Publisher(self.parameters)

    def declare_queue(self, queue_name: str, *, ensure: bool = False) -> None:
        """Note a queue; the server hears of it from the intake or with the first message to it."""
        if queue_name not in self.queues:
            self.emit_before("declare_queue", queue_name)
            self.queues.add(queue_name)
            self.emit_after("declare_queue", queue_name)

    def open_intake(self, feed: Feed) -> Intake:
        feed.declare(self)
        return RabbitmqIntake(
            self.parameters,
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
            self.declare_queue(message.queue_name)
            self.emit_before("enqueue", message, None)
        self.publisher.publish_many(Letter(message.queue_name, message.encode()) for message in messages)
        for message in messages:
            self.emit_after("enqueue", message, None)

    def enqueue_in(self, tx: Tx, messages: Sequence[Message[Any]]) -> bool:
        return False

    def reachable(self) -> bool:
        return self.publisher.reachable()

    def depths(self) -> dict[str, int]:
        return self.publisher.depths(sorted(self.queues | {REQUESTS, REJECTED}))

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 5000) -> dramatiq.Consumer:
        """Refused: a consumer per queue is what the intake replaces."""
        raise TypeError(f"{queue_name}: run this broker with broker.worker.Worker")

    def close(self) -> None:
        self.publisher.close()
        super().close()
