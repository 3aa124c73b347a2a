"""Forcing a run with any AMQP client (contract §4), against a real RabbitMQ."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pika
import pika.exceptions
import pytest

from store import database
from tests.support.rabbitmq import RabbitmqServer
from tests.support.site import RunningSite
from tests.support.until import until

SERVICES = """
import time
from dataclasses import dataclass
from actors import Daemon, Outcome, service

@dataclass(frozen=True)
class Arguments:
    customer: str = ""

@service(arguments=Arguments)
def greet(context):
    return Outcome.done(context.args["customer"])

@service(parallel=8)
def block(context):
    while not context.stopping():
        time.sleep(0.01)

@service(schedule=Daemon())
def forever(context):
    pass
"""

NODE = {"processes": 1, "threads": 2}

pytestmark = pytest.mark.parametrize("site_of_the_file", ["servers"], indirect=True)

Runs = Callable[[str], list[dict[str, Any]]]


@pytest.fixture
def channel(site: RunningSite) -> Iterator[Any]:
    connection = pika.BlockingConnection(pika.URLParameters(site.broker_url))
    until(lambda: consumers(connection, "tickworks.requests"), "requests are taken")
    until(lambda: consumers(connection, "tickworks.run.master"), "runs are taken")
    yield connection.channel()
    connection.close()


def consumers(connection: Any, queue: str) -> int:
    """How many take from a queue; 0 while it does not exist."""
    try:
        return int(connection.channel().queue_declare(queue, passive=True).method.consumer_count)
    except pika.exceptions.ChannelClosedByBroker:
        return 0


def publish(channel: Any, body: bytes | str, *, key: str = "tickworks.requests", exchange: str = "") -> None:
    properties = pika.BasicProperties(delivery_mode=2)
    channel.basic_publish(exchange, key, body if isinstance(body, bytes) else body.encode(), properties)


@pytest.fixture
def runs(site: RunningSite) -> Runs:
    """Those of a service that came since the test began."""
    before = database.read().value("SELECT COALESCE(MAX(id), 0) FROM run")
    rows = "SELECT * FROM run WHERE service = ? AND id > ? ORDER BY id"
    return lambda service: database.read().dicts(rows, (service, before))


def rejected(reason: str) -> int:
    return int(database.read().value("SELECT COUNT(*) FROM rejected WHERE reason LIKE ?", (f"%{reason}%",)))


@pytest.mark.parametrize(
    ("exchange", "key", "body"),
    [
        ("", "tickworks.requests", json.dumps({"service": "greet", "args": {"customer": "acme"}})),
        ("tickworks", "run.greet", json.dumps({"args": {"customer": "acme"}})),
        (
            "",
            "tickworks.requests",
            json.dumps(
                {
                    "queue_name": "tickworks.requests",
                    "actor_name": "greet",
                    "args": [],
                    "kwargs": {"customer": "acme"},
                    "options": {},
                    "message_id": "7d5c",
                    "message_timestamp": 1,
                }
            ),
        ),
        (
            "",
            "tickworks.run.master",
            json.dumps(
                {
                    "queue_name": "tickworks.run.master",
                    "actor_name": "greet",
                    "args": [],
                    "kwargs": {"customer": "acme"},
                    "options": {},
                }
            ),
        ),
    ],
    ids=["plain", "routing key", "native", "native on a run queue"],
)
def test_each_form_becomes_a_run(channel: Any, runs: Runs, exchange: str, key: str, body: str) -> None:
    publish(channel, body, key=key, exchange=exchange)
    until(lambda: [run for run in runs("greet") if run["state"] == "succeeded"], "the run has succeeded")
    (run,) = runs("greet")
    assert (run["trigger"], run["message"]) == ("message", "acme")


@pytest.mark.usefixtures("channel")
def test_the_management_page_can_force_a_run(
    site: RunningSite, runs: Runs, shared_rabbitmq: RabbitmqServer
) -> None:
    vhost = site.broker_url.rsplit("/", 1)[1]
    answer = shared_rabbitmq.api(
        "POST",
        f"exchanges/{vhost}/tickworks/publish",
        {
            "properties": {"delivery_mode": 2},
            "routing_key": "run.greet",
            "payload": "",
            "payload_encoding": "string",
        },
    )
    assert answer == {"routed": True}
    until(lambda: [run for run in runs("greet") if run["state"] == "succeeded"], "the run has succeeded")


def test_a_key_makes_one_run_of_two_messages(channel: Any, runs: Runs) -> None:
    for _ in range(2):
        publish(channel, json.dumps({"service": "greet", "key": "order-17"}))
    publish(channel, json.dumps({"service": "greet", "key": "order-18", "args": {"customer": "b"}}))
    until(lambda: [run["message"] for run in runs("greet")].count("b") == 1, "the last message is served")
    assert len(runs("greet")) == 2


BAD: list[tuple[bytes | str, str]] = [
    ("{", "the body is not JSON"),
    ("[1]", "expected a JSON object, got list"),
    ("", "name a service"),
    (b"\xff\xfe", "not UTF-8"),
    (b'{"service": "greet", "reason": "' + b"x" * (1 << 20) + b'"}', "more than 1048576"),
    (json.dumps({"service": "gret"}), "did you mean greet"),
    (json.dumps({"service": "greet", "arguments": {}}), "unknown key 'arguments'"),
    (json.dumps({"service": "greet", "args": {"custmer": "x"}}), "did you mean customer"),
    (json.dumps({"service": "greet", "args": [1]}), "args: expected an object"),
    (json.dumps({"service": "forever"}), "is a daemon"),
    (json.dumps({"service": "ad_sync"}), "ad_sync"),
    (json.dumps({"service": 7}), "expected {"),
]


def test_what_cannot_be_understood_is_kept_with_its_reason(channel: Any) -> None:
    for body, _ in BAD:
        publish(channel, body)
    for body, reason in BAD:
        until(lambda reason=reason: rejected(reason), f"{body[:80]!r} is refused: {reason}")  # type: ignore[misc]
    kept: list[str] = []

    def keep_one() -> bool:
        method, properties, _ = channel.basic_get("tickworks.requests.rejected", auto_ack=True)
        if method is not None:
            kept.append(properties.headers["x-tickworks-reason"])
        return len(kept) == len(BAD)

    until(keep_one, "as many are kept")
    for body, reason in BAD:
        assert any(reason in words for words in kept), (body[:80], kept)


def test_a_forced_run_is_recorded_and_explained_while_all_slots_are_held(
    site: RunningSite, channel: Any, runs: Runs
) -> None:
    for number in range(2):
        site.until_state(site.force("block", number=number), "running")
    publish(channel, json.dumps({"service": "greet"}))
    until(lambda: runs("greet") and runs("greet")[0]["wait_code"], "the request is explained", seconds=5)
    (run,) = runs("greet")
    assert (run["state"], run["wait_code"]) == ("queued", "slots")
