"""The queues and the exchange on the server.

All queues are durable and classic, said explicitly because a virtual host's default may be
quorum; they have no other arguments, which could never be changed later (RabbitMQ refuses a
declaration with other arguments by 406). Delays and priorities live in the database.
"""

from __future__ import annotations

import pika
import pika.exceptions

from broker.queues import EXCHANGE, REJECTED, REQUEST_KEYS, REQUESTS

_ARGUMENTS = {"x-queue-type": "classic"}
_NOT_FOUND = 404
_OTHER_ARGUMENTS = 406


def declare_requests(connection: pika.BlockingConnection) -> None:
    """The way in for the outside: exchange `tickworks`, request queue, rejected queue."""
    declare_queue(connection, REQUESTS)
    declare_queue(connection, REJECTED)
    channel = connection.channel()
    channel.exchange_declare(EXCHANGE, exchange_type="topic", durable=True)
    channel.queue_bind(REQUESTS, EXCHANGE, routing_key=REQUEST_KEYS)
    channel.close()


def declare_queue(connection: pika.BlockingConnection, queue: str) -> None:
    """Make sure that `queue` exists. One that an operator made with other arguments is used as it is.

    Uses a channel of its own, which a refused declaration closes.
    """
    channel = connection.channel()
    try:
        channel.queue_declare(queue, durable=True, arguments=_ARGUMENTS)
    except pika.exceptions.ChannelClosedByBroker as error:
        if error.reply_code != _OTHER_ARGUMENTS:
            raise
    else:
        channel.close()


def depth(connection: pika.BlockingConnection, queue: str) -> int:
    """Ready messages in `queue`; 0 if there is no such queue."""
    channel = connection.channel()
    try:
        found = channel.queue_declare(queue, passive=True)
    except pika.exceptions.ChannelClosedByBroker as error:
        if error.reply_code != _NOT_FOUND:
            raise
        return 0
    channel.close()
    return int(found.method.message_count)
