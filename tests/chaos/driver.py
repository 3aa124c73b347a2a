"""Who asks for runs all the time, over HTTP and by AMQP message, and writes down what was accepted."""

from __future__ import annotations

import json
import random
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import pika
import pika.exceptions

from tests.chaos.api import Api, Away
from tests.chaos.journal import Journal

#: (service, number of the request): asked for again under the same key until somebody says yes.
Asked = tuple[str, str]


class Driver:
    """One thread that asks by one way. A request that got no clear answer is made again, same key."""

    def __init__(
        self, way: str, accept: Callable[[Asked], list[int]], journal: Journal, services: Sequence[str],
        *, seed: int, each: float, close: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        """``accept`` gives the runs, if it knows them; ``each``: s between two; ``close``: at the end."""
        self._way, self._accept, self._journal, self._services = way, accept, journal, services
        self._rng = random.Random(f"{seed} {way}")
        self._each = each
        self._close = close
        self._unsure: deque[Asked] = deque()
        self._count = 0
        self._over = threading.Event()
        self._done = threading.Event()
        self.broken: BaseException | None = None
        self._thread = threading.Thread(target=self._drive, name=f"driver {way}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def finish(self, seconds: float) -> None:
        """Ask for nothing new, and for what is unsure until it is accepted or the time is over."""
        self._over.set()
        self._thread.join(seconds)
        self._done.set()
        self._thread.join(30)
        if self.broken is not None:
            raise self.broken

    def _drive(self) -> None:
        try:
            while not self._done.is_set() and not (self._over.is_set() and not self._unsure):
                self._step()
                self._over.wait(self._each) if not self._over.is_set() else self._done.wait(0.1)
        except BaseException as error:  # the one who finishes it hears of it
            self.broken = error
        finally:
            self._close()

    def _step(self) -> None:
        if not self._over.is_set() and (not self._unsure or self._rng.random() < 0.5):
            self._count += 1
            asked = (self._rng.choice(self._services), f"{self._way}-{self._count}")
        else:
            asked = self._unsure.popleft()
        try:
            runs = self._accept(asked)
        except (Away, OSError, pika.exceptions.AMQPError):
            self._unsure.append(asked)
            return
        self._journal.write("accepted", service=asked[0], number=asked[1], way=self._way, runs=runs)


def by_api(api: Api) -> Callable[[Asked], list[int]]:
    """Over HTTP: accepted once the answer is there."""
    return lambda asked: api.force(asked[0], {"number": asked[1]}, key=asked[1])


class ByMessage:
    """Over AMQP: accepted once the broker has confirmed a persistent message."""

    def __init__(self, url: str) -> None:
        # A broker that stands still must not keep the driver for ever.
        self._url = f"{url}?heartbeat=4&blocked_connection_timeout=5&socket_timeout=5"
        self._connection: Any = None
        self._channel: Any = None

    def close(self) -> None:
        """Let go of the connection, in whatever state it is."""
        connection, self._connection, self._channel = self._connection, None, None
        if connection is not None:
            with suppress(OSError, pika.exceptions.AMQPError):
                connection.close()

    def __call__(self, asked: Asked) -> list[int]:
        service, number = asked
        body = json.dumps({"service": service, "args": {"number": number}, "key": number}).encode()
        try:
            if self._channel is None:
                self._connection = pika.BlockingConnection(pika.URLParameters(self._url))
                self._channel = self._connection.channel()
                self._channel.confirm_delivery()
            properties = pika.BasicProperties(delivery_mode=2)
            self._channel.basic_publish("", "tickworks.requests", body, properties, mandatory=True)
        except (OSError, pika.exceptions.AMQPError):
            self.close()
            raise
        return []
