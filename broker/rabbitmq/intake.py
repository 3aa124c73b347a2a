"""The intake for RabbitMQ: one connection, one channel, a consumer per queue.

Consumers are open only while a thread is free. Prefetch is the number of threads: with 1,
eight threads would run one message of a queue at a time.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import pika
import pika.exceptions
import pika.spec
from pika.adapters.blocking_connection import BlockingChannel

from broker.decode import LARGEST_BODY, Raw
from broker.intake import Intake
from broker.queues import REJECTED
from broker.rabbitmq.connect import GONE, Parameters, open_connection, unreachable
from broker.rabbitmq.declare import declare_queue, declare_requests
from broker.rabbitmq.unsettled import Unsettled

logger = logging.getLogger(__name__)

_LONGEST_REASON = 1000


class RabbitmqIntake(Intake):
    """Messages that arrive while all threads are busy wait `linger` seconds for a thread.

    That keeps the consumers open through a stream of short runs; then the consumers are
    cancelled and what waits goes back, so that an idle process can have it.
    """

    linger = 0.05
    #: All that it has to do wakes it; by itself it only looks whether the channel is still open.
    longest_wait = 5.0

    def __init__(self, parameters: Parameters, **rest: Any) -> None:
        super().__init__(**rest)
        self.parameters = parameters
        self._connection: pika.BlockingConnection | None = None
        self._channel: BlockingChannel | None = None
        self._consumers: dict[str, str] = {}
        self._declared: set[str] = set()
        self._waiting: deque[Raw] = deque()
        self._unsettled = Unsettled(0)
        self._full_since: float | None = None
        self._woken = False

    def connect(self) -> None:
        connection = open_connection(self.parameters, name="intake")
        self._connection = connection
        with unreachable(self.parameters):
            declare_requests(connection)
            self._channel = connection.channel()
            self._channel.basic_qos(prefetch_count=self.at_once)
            self._channel.add_on_cancel_callback(self._cancelled)
        self._unsettled = Unsettled(self._unsettled.generation + 1)
        self._consumers.clear()
        self._declared.clear()
        self._waiting.clear()
        self._woken = False

    def receive(self) -> None:
        with unreachable(self.parameters):
            if self.free:
                self._open_consumers()
            assert self._connection is not None
            assert self._channel is not None
            self._connection.process_data_events(self.patience())
            self._woken = False
            if not self._channel.is_open:
                # Nothing raises by itself when only the channel goes, as after RabbitMQ's ack timeout.
                raise pika.exceptions.ChannelWrongStateError("the server closed the intake's channel")
            while self._waiting and (free := self.free):
                self.hand_over([self._waiting.popleft() for _ in range(min(free, len(self._waiting)))])
            if self._full_for() >= self.linger:
                self._close_consumers()

    def patience(self) -> float:
        if self.free or not self._consumers:
            return super().patience()
        return min(super().patience(), max(0.0, self.linger - self._full_for()))

    def ack(self, raws: Sequence[Raw]) -> None:
        with unreachable(self.parameters):
            for tag, multiple in self._unsettled.settle_together(raw.receipt for raw in raws):
                assert self._channel is not None
                self._channel.basic_ack(tag, multiple)

    def requeue(self, raws: Sequence[Raw]) -> None:
        with unreachable(self.parameters):
            if not self.free:
                self._close_consumers()
            for tag in self._unsettled.settle(raw.receipt for raw in raws):
                assert self._channel is not None
                self._channel.basic_nack(tag, requeue=True)

    def reject(self, raw: Raw, reason: str) -> None:
        if not self._unsettled.open(raw.receipt):
            return
        assert self._connection is not None
        assert self._channel is not None
        headers = {"x-tickworks-reason": reason[:_LONGEST_REASON], "x-tickworks-queue": raw.queue}
        properties = pika.BasicProperties(delivery_mode=2, headers=headers, message_id=raw.message_id)
        with unreachable(self.parameters):
            declare_queue(self._connection, REJECTED)
            # Same channel, so the server has the copy before it forgets the original.
            self._channel.basic_publish("", REJECTED, raw.body[:LARGEST_BODY], properties)
        self.ack([raw])

    def disconnect(self) -> None:
        connection, self._connection, self._channel = self._connection, None, None
        self._consumers.clear()
        self._waiting.clear()
        if connection is not None and connection.is_open:
            with suppress(*GONE, AssertionError):
                connection.close()

    def wake(self) -> None:
        connection = self._connection
        if connection is None or self._woken:
            return
        self._woken = True
        # Gone is as good as woken: the thread is about to find out by itself.
        with suppress(*GONE):
            connection.add_callback_threadsafe(lambda: None)

    def _open_consumers(self) -> None:
        self._full_since = None
        for queue in self.queues:
            if queue not in self._consumers:
                assert self._connection is not None
                assert self._channel is not None
                if queue not in self._declared:
                    declare_queue(self._connection, queue)
                    self._declared.add(queue)
                self._consumers[queue] = self._channel.basic_consume(queue, self._arrived_from(queue))

    def _arrived_from(self, queue: str) -> Any:
        def arrived(
            _channel: BlockingChannel,
            method: pika.spec.Basic.Deliver,
            properties: pika.BasicProperties,
            body: bytes,
        ) -> None:
            receipt = self._unsettled.arrived(method.delivery_tag)
            name = properties.message_id
            trace = (properties.headers or {}).get("traceparent")
            self._waiting.append(
                Raw(
                    queue=queue,
                    body=body,
                    receipt=receipt,
                    redelivered=bool(method.redelivered),
                    routing_key=method.routing_key if isinstance(method.routing_key, str) else "",
                    message_id=name if isinstance(name, str) else None,
                    traceparent=trace if isinstance(trace, str) else None,
                )
            )

        return arrived

    def _close_consumers(self) -> None:
        assert self._channel is not None
        consumers, self._consumers = self._consumers, {}
        for consumer in consumers.values():
            self._channel.basic_cancel(consumer)
        waiting, self._waiting = self._waiting, deque()
        for tag in self._unsettled.settle(raw.receipt for raw in waiting):
            self._channel.basic_nack(tag, requeue=True)

    def _cancelled(self, frame: Any) -> None:
        gone = [queue for queue, tag in self._consumers.items() if tag == frame.method.consumer_tag]
        for queue in gone:
            del self._consumers[queue]
            self._declared.discard(queue)
            logger.warning("queue %s was deleted; it is made again", queue)

    def _full_for(self) -> float:
        """Seconds without a free thread; a pause or a hold counts as long enough."""
        if self.free:
            self._full_since = None
            return 0.0
        if self.in_work < self.at_once:
            return self.linger
        if self._full_since is None:
            self._full_since = self.clock()
        return self.clock() - self._full_since
