"""The one connection of a process for publishing, shared by all its threads.

Nothing is confirmed: a lost hint is repeated by the sweep (a confirm costs 2.6 ms). The
connection has no heartbeat, because nobody serves it between two messages.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, TypeVar

import pika
import pika.spec
from pika.adapters.blocking_connection import BlockingChannel

from broker.errors import BrokerUnreachable
from broker.rabbitmq.connect import GONE, Parameters, open_connection, unreachable
from broker.rabbitmq.declare import declare_queue, declare_requests, depth

logger = logging.getLogger(__name__)
Answer = TypeVar("Answer")

_REST = 0.5  # seconds in which a server that just failed is not asked again


class Letter(NamedTuple):
    """One message to publish: its queue, its bytes, its AMQP headers."""

    queue: str
    body: bytes
    headers: Mapping[str, Any] | None = None


class Publisher:
    """Publishes to queues by name; makes those that are missing. Connects on first use."""

    def __init__(self, parameters: Parameters, clock: Callable[[], float] = time.monotonic) -> None:
        self.parameters = parameters
        self.clock = clock
        self._lock = threading.RLock()
        self._connection: pika.BlockingConnection | None = None
        self._channel: BlockingChannel | None = None
        self._declared: set[str] = set()
        self._blocked = False
        self._failed_at = float("-inf")
        self._failure = ""

    def publish(self, queue: str, body: bytes, headers: Mapping[str, Any] | None = None) -> None:
        """Publish one persistent message to `queue`. Raises BrokerUnreachable within seconds."""
        self.publish_many([Letter(queue, body, headers)])

    def publish_many(self, letters: Iterable[Letter]) -> None:
        """Publish all in order. Raises BrokerUnreachable; then some may have been published.

        A connection that broke since its last use is replaced once and everything sent again:
        readers of hints bear doubles.
        """
        every = list(letters)
        self._on_connection(lambda connection: self._send(connection, every))

    def depths(self, queues: Iterable[str]) -> dict[str, int]:
        """Ready messages per queue, 0 for a missing one. Raises BrokerUnreachable."""
        return self._on_connection(lambda connection: {queue: depth(connection, queue) for queue in queues})

    def reachable(self) -> bool:
        """True if the server answers and takes messages; looks for at most a few seconds."""
        try:
            self._on_connection(lambda connection: connection.process_data_events(0))
        except BrokerUnreachable:
            return False
        return True

    def close(self) -> None:
        """Send what is left and close. A later publish connects again."""
        with self._lock:
            self._drop()

    def _on_connection(self, act: Callable[[pika.BlockingConnection], Answer]) -> Answer:
        with self._lock:
            held_one = self._connection is not None
            try:
                with unreachable(self.parameters):
                    return self._acted(act)
            except BrokerUnreachable:
                if not held_one or self._blocked:
                    raise
            with unreachable(self.parameters):
                return self._acted(act)

    def _acted(self, act: Callable[[pika.BlockingConnection], Answer]) -> Answer:
        try:
            connection = self._connection or self._connect()
            # Eight microseconds that tell of a server that closed the connection since its last use.
            connection.process_data_events(0)
            if self._blocked:
                raise BrokerUnreachable("RabbitMQ takes no messages now: it is short of memory or disk")
            return act(connection)
        except GONE:
            self._drop()
            raise

    def _connect(self) -> pika.BlockingConnection:
        if self.clock() - self._failed_at < _REST:
            raise BrokerUnreachable(self._failure)
        try:
            connection = open_connection(self.parameters, name="publisher", heartbeat=False)
        except BrokerUnreachable as error:
            self._failed_at, self._failure = self.clock(), str(error)
            raise
        self._connection = connection
        connection.add_on_connection_blocked_callback(lambda *_: self._set_blocked(True))
        connection.add_on_connection_unblocked_callback(lambda *_: self._set_blocked(False))
        declare_requests(connection)
        self._channel = connection.channel()
        self._channel.add_on_return_callback(self._returned)
        return connection

    def _send(self, connection: pika.BlockingConnection, letters: Iterable[Letter]) -> None:
        assert self._channel is not None
        for letter in letters:
            if letter.queue not in self._declared:
                declare_queue(connection, letter.queue)
                self._declared.add(letter.queue)
            properties = pika.BasicProperties(
                delivery_mode=2, headers=dict(letter.headers) if letter.headers else None
            )
            self._channel.basic_publish("", letter.queue, letter.body, properties, mandatory=True)

    def _returned(
        self, _channel: BlockingChannel, method: pika.spec.Basic.Return, _properties: Any, _body: bytes
    ) -> None:
        # The queue was deleted under us. This message waits for the sweep, the next one makes the queue.
        self._declared.discard(method.routing_key or "")
        logger.warning("queue %s is gone; it is made again with its next message", method.routing_key)

    def _set_blocked(self, blocked: bool) -> None:
        self._blocked = blocked

    def _drop(self) -> None:
        connection, self._connection, self._channel = self._connection, None, None
        self._declared.clear()
        self._blocked = False
        if connection is not None and connection.is_open:
            try:
                connection.close()
            except GONE:
                logger.debug("the publisher's connection was already gone", exc_info=True)
