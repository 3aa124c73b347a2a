"""The broker object that actors are declared on when the site has no RabbitMQ."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Any

import dramatiq
from dramatiq import Message

from broker.database import wake
from broker.database.away import unreachable
from broker.database.holding import process_ended
from broker.database.intake import DatabaseIntake
from broker.decode import LARGEST_BODY, is_run
from broker.feed import Feed
from broker.intake import Intake, OnRejected
from broker.queues import COORDINATOR, REJECTED, REQUESTS
from store import database, message
from store.errors import DatabaseAway
from store.message import Sent
from store.tx import Tx

#: How long the renewal counter of an owner may stand still, in s.
LEASE = 15.0


class DatabaseBroker(dramatiq.Broker):
    """Messages are rows of the open database (`store.database.open`), SQLite or PostgreSQL.

    See `broker.transport.Transport`. Nothing is opened before a message is sent or an intake is
    made, so a process may fork first. `lease` is in seconds.
    """

    on_rejected: OnRejected | None = None

    def __init__(self, *, middleware: Sequence[dramatiq.Middleware] = (), lease: float = LEASE) -> None:
        super().__init__(middleware=list(middleware))
        self.lease = lease
        self.queues: dict[str, None] = {}

    def declare_queue(self, queue_name: str) -> None:
        if queue_name not in self.queues:
            self.emit_before("declare_queue", queue_name)
            self.queues[queue_name] = None
            self.emit_after("declare_queue", queue_name)

    def open_intake(self, feed: Feed) -> Intake:
        """See `Transport`. A `claim` that is a `broker.transport.Claimer` shares the fetch's commit."""
        feed.declare(self)
        return DatabaseIntake(
            broker=self,
            feed=feed,
            lease=self.lease,
        )

    def enqueue(self, message: Message[Any], *, delay: int | None = None) -> Message[Any]:
        if delay is not None:
            raise ValueError(f"{message.actor_name}: a message cannot be delayed; plan the run instead")
        self.enqueue_many([message])
        return message

    def enqueue_many(self, messages: Sequence[Message[Any]]) -> None:
        """Add all of them in one transaction, or none."""
        durable = not all(map(_is_hint, messages))
        with unreachable():
            database.write(lambda tx: self.enqueue_in(tx, messages), durable=durable)

    def enqueue_in(self, tx: Tx, messages: Sequence[Message[Any]]) -> bool:
        """See `Transport`; always True. Raises ValueError for a message of more than 1 MiB."""
        rows = [Sent(one.queue_name, _body(one)) for one in messages]
        for one in messages:
            self.declare_queue(one.queue_name)
            self.emit_before("enqueue", one, None)
        message.put(tx, rows, time.time())
        wake.announce(tx, Counter(row.queue for row in rows))
        for one in messages:
            tx.after_commit(partial(self.emit_after, "enqueue", one, None))
        return True

    def process_ended(self, pid: int) -> None:
        """Deliver again, at once, what a process of this machine held: whoever calls saw its end."""
        with unreachable():
            process_ended(pid)

    def reachable(self) -> bool:
        # Once more, because the first may only find out that an idle connection had died.
        for _ in range(2):
            try:
                return bool(database.read().value("SELECT 1"))
            except DatabaseAway:
                continue
        return False

    def depths(self) -> dict[str, int]:
        with unreachable():
            found = message.counts(database.read())
        return {queue: found.get(queue, 0) for queue in sorted({*self.queues, REQUESTS, REJECTED})}

    def close(self) -> None:
        wake.hush()


def _body(message: Message[Any]) -> bytes:
    body = message.encode()
    if len(body) > LARGEST_BODY:
        raise ValueError(
            f"{message.actor_name}: the message has {len(body)} bytes, more than {LARGEST_BODY}; "
            "send a reference instead of the data"
        )
    return body


def _is_hint(message: Message[Any]) -> bool:
    """True if a sweep repeats it when a power cut took it."""
    return is_run(message) or message.queue_name == COORDINATOR
