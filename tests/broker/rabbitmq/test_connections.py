"""What a process costs the server."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from dramatiq import Message

from broker.queues import COORDINATOR, REQUESTS
from tests.conformance.brokers import RabbitmqBench
from tests.support.rabbitmq import RabbitmqServer
from tests.support.until import until

pytestmark = pytest.mark.rabbitmq
QUEUES = [f"tickworks.run.role{n}" for n in range(6)]


def test_a_process_has_an_intake_and_a_publisher_whatever_it_does(
    bench: RabbitmqBench, shared_rabbitmq: RabbitmqServer, rabbitmq_vhost: str
) -> None:
    ran: list[str] = []

    def pass_on(n: int) -> None:
        broker.enqueue(message(QUEUES[n % 6], "end", n=n))

    def message(queue: str, actor: str, **kwargs: Any) -> Message[Any]:
        return Message(queue_name=queue, actor_name=actor, args=(), kwargs=kwargs, options={})

    broker = bench.broker(
        begin=pass_on, end=lambda n: ran.append(threading.current_thread().name), tickworks__request=print
    )
    bench.worker(broker, *QUEUES, COORDINATOR, REQUESTS, threads=8)
    broker.enqueue_many([message(QUEUES[n % 6], "begin", n=n) for n in range(200)])
    until(lambda: len(ran) == 200, "all ran, and published from eight threads")
    broker.depths()
    names = shared_rabbitmq.connections
    until(lambda: names(rabbitmq_vhost), "the server lists the connections")
    until(lambda: names(rabbitmq_vhost) == ["tickworks intake", "tickworks publisher"], "there are just two")


def test_only_what_the_contract_names_is_declared(
    bench: RabbitmqBench, shared_rabbitmq: RabbitmqServer, rabbitmq_vhost: str
) -> None:
    broker = bench.broker(cache=lambda: None, tickworks__request=print)
    bench.worker(broker, "tickworks.run.master", REQUESTS)
    listed = f"queues/{rabbitmq_vhost}?columns=name,durable,arguments"
    until(lambda: len(shared_rabbitmq.api("GET", listed)) == 3, "the queues are there")
    found = {one["name"]: (one["durable"], one["arguments"]) for one in shared_rabbitmq.api("GET", listed)}
    classic = (True, {"x-queue-type": "classic"})
    assert found == dict.fromkeys(["tickworks.run.master", REQUESTS, "tickworks.requests.rejected"], classic)


def test_a_broker_that_nobody_uses_does_not_connect(
    bench: RabbitmqBench, shared_rabbitmq: RabbitmqServer, rabbitmq_vhost: str
) -> None:
    broker = bench.broker(cache=lambda: None)
    broker.declare_queue("tickworks.run.master")
    assert shared_rabbitmq.api("GET", f"queues/{rabbitmq_vhost}") == []
