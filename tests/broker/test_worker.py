from __future__ import annotations

from dramatiq import Actor
from dramatiq.brokers.stub import StubBroker

from broker.worker import Worker
from tests.support.until import until


def test_dramatiqs_own_stub_broker_is_served_as_by_dramatiq() -> None:
    seen: list[int] = []
    broker = StubBroker(middleware=[])
    actor = Actor(seen.append, broker=broker, actor_name="add", queue_name="q", priority=0, options={})
    worker = Worker(broker, queues=["q"], worker_threads=2, worker_timeout=50)
    worker.start()
    actor.send(7)
    until(lambda: seen == [7], "the actor ran")
    worker.stop()
