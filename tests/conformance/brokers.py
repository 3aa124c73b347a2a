"""A bench per broker: what the broker suite needs beyond the transport itself.

A broker joins the suite with a Bench class, a fixture ``<name>_bench`` and its name in the
params of `bench` (see conftest.py).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import pika
from dramatiq import Actor, Message

from broker.database import DatabaseBroker, announce
from broker.decode import Raw
from broker.feed import Claim
from broker.queues import EXCHANGE, REJECTED, REQUESTS
from broker.rabbitmq import RabbitmqBroker
from broker.stub import StubBroker
from broker.worker import Worker
from store import database
from store.message import Sent, put, rejected
from store.tx import Tx


class Refused(NamedTuple):
    """A message in the rejected queue."""

    queue: str
    body: bytes
    reason: str


class Bench(ABC):
    """One broker server (or database, or memory) and the broker objects that use it.

    Each broker object stands for a process of its own.
    """

    def __init__(self) -> None:
        self.brokers: list[Any] = []
        self.workers: list[Worker] = []

    @abstractmethod
    def open(self) -> Any:
        """A new broker object on the same server."""

    @abstractmethod
    def put(self, queue: str, body: bytes, *, message_id: str | None = None) -> None:
        """Lay any bytes into an existing queue, as a stranger would."""

    @abstractmethod
    def put_by_key(self, routing_key: str, body: bytes) -> None:
        """Send to the outside's exchange with a routing key such as ``run.<service>``."""

    @abstractmethod
    def rejected(self) -> list[Refused]:
        """Everything that lies in the rejected queue, oldest first; it stays there."""

    def broker(self, **actors: Callable[..., Any]) -> Any:
        """A new broker object with these actors; a double underscore in a name is a dot."""
        broker = self.open()
        self.brokers.append(broker)
        for name, work in actors.items():
            name = name.replace("__", ".")
            queue = REQUESTS if name.startswith("tickworks.") else "tickworks.run.master"
            if name not in broker.actors:
                Actor(work, broker=broker, actor_name=name, queue_name=queue, priority=0, options={})
        return broker

    def worker(self, broker: Any, *queues: str, threads: int = 2, claim: Claim | None = None) -> Worker:
        """A started worker, as its own process would have it."""
        worker = Worker(broker, queues=queues, worker_threads=threads, claim=claim, worker_timeout=50)
        self.workers.append(worker)
        worker.start()
        return worker

    def close(self) -> None:
        for worker in self.workers:
            worker.stop(5_000)
        for broker in self.brokers:
            broker.close()


class StubBench(Bench):
    """All broker objects share the memory of the first."""

    def open(self) -> StubBroker:
        broker = StubBroker()
        if self.brokers:
            first: StubBroker = self.brokers[0]
            broker.queues, broker.rejected, broker.changed = first.queues, first.rejected, first.changed
        return broker

    def put(self, queue: str, body: bytes, *, message_id: str | None = None) -> None:
        self.brokers[0].put(Raw(queue, body, None, routing_key=queue, message_id=message_id))

    def put_by_key(self, routing_key: str, body: bytes) -> None:
        self.brokers[0].put(Raw(REQUESTS, body, None, routing_key=routing_key))

    def rejected(self) -> list[Refused]:
        return [Refused(*one) for one in self.brokers[0].rejected]


class RabbitmqBench(Bench):
    """A virtual host on a real server, and a stranger's connection to it."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url

    def open(self) -> RabbitmqBroker:
        return RabbitmqBroker(self.url)

    def put(self, queue: str, body: bytes, *, message_id: str | None = None) -> None:
        self._publish("", queue, body, message_id)

    def put_by_key(self, routing_key: str, body: bytes) -> None:
        self._publish(EXCHANGE, routing_key, body, None)

    def rejected(self) -> list[Refused]:
        connection = pika.BlockingConnection(pika.URLParameters(self.url))
        channel = connection.channel()
        found = []
        while True:
            # Not acknowledged: all come back when the connection closes.
            method, properties, body = channel.basic_get(REJECTED)
            if method is None:
                break
            headers = properties.headers
            found.append(Refused(headers["x-tickworks-queue"], body, headers["x-tickworks-reason"]))
        connection.close()
        return found

    def _publish(self, exchange: str, key: str, body: bytes, message_id: str | None) -> None:
        connection = pika.BlockingConnection(pika.URLParameters(self.url))
        channel = connection.channel()
        channel.confirm_delivery()
        properties = pika.BasicProperties(delivery_mode=2, message_id=message_id)
        channel.basic_publish(exchange, key, body, properties, mandatory=True)
        connection.close()


class Joining:
    """A claim that can join a transaction, as the engine's own does."""

    def __init__(self, claim: Claim) -> None:
        self.claim = claim

    def __call__(self, messages: list[Message[Any]], /) -> Mapping[str, object]:
        return self.claim(messages)

    def claim_in(self, tx: Tx, messages: list[Message[Any]]) -> Mapping[str, object]:
        return self.claim(messages)


class DatabaseBench(Bench):
    """The open, empty database of the test."""

    def open(self) -> DatabaseBroker:
        return DatabaseBroker()

    def worker(self, broker: Any, *queues: str, threads: int = 2, claim: Claim | None = None) -> Worker:
        return super().worker(broker, *queues, threads=threads, claim=claim and Joining(claim))

    def put(self, queue: str, body: bytes, *, message_id: str | None = None) -> None:
        self._put(Sent(queue, body, name=message_id))

    def put_by_key(self, routing_key: str, body: bytes) -> None:
        self._put(Sent(REQUESTS, body, origin=routing_key))

    def rejected(self) -> list[Refused]:
        return [Refused(*one[:3]) for one in rejected(database.read(), REJECTED)]

    def close(self) -> None:
        super().close()
        database.close()

    def _put(self, sent: Sent) -> None:
        def work(tx: Tx) -> None:
            put(tx, [sent], 0.0)
            announce(tx, {sent.queue: 1})

        database.write(work)
