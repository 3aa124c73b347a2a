"""The broker of this site: RabbitMQ, or the database itself."""

from __future__ import annotations

from broker.declare import PeriodicOption
from broker.transport import Transport


def preload(url: str) -> None:
    """Import what `connect` will need, so that processes forked afterwards share it."""
    connect(url).close()


def connect(url: str) -> Transport:
    """The broker at `url` (``database`` or ``amqp://…``); it connects when it is first used."""
    if url == "database":
        from broker.database.broker import DatabaseBroker

        return DatabaseBroker(middleware=[PeriodicOption()])
    from broker.rabbitmq.broker import RabbitmqBroker

    return RabbitmqBroker(url, middleware=[PeriodicOption()])
