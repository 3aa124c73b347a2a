"""The server goes, comes back, or loses a queue."""

from __future__ import annotations

import logging
import threading
from typing import Any
from urllib.parse import quote

import pika
import pytest
from dramatiq import Message

from broker.errors import BrokerUnreachable
from broker.queues import REJECTED, REQUESTS
from broker.rabbitmq import RabbitmqBroker
from broker.rabbitmq.intake import RabbitmqIntake
from tests.conformance.brokers import RabbitmqBench
from tests.support.process import free_port
from tests.support.rabbitmq import RabbitmqServer
from tests.support.until import until

pytestmark = pytest.mark.rabbitmq
RUNS = "tickworks.run.master"


def message(**kwargs: Any) -> Message[Any]:
    return Message(queue_name=RUNS, actor_name="cache", args=(), kwargs=kwargs, options={})


@pytest.mark.parametrize("how", ["kill", "stop"])
def test_work_goes_on_after_the_server_was_away(
    how: str,
    rabbitmq_server: RabbitmqServer,
    mortal_vhost: str,
    mortal_bench: RabbitmqBench,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, logger="broker")
    seen: list[int] = []
    broker = mortal_bench.broker(cache=lambda n: seen.append(n))
    mortal_bench.worker(broker, RUNS)
    broker.enqueue(message(n=1))
    until(lambda: seen == [1], "the first ran")
    getattr(rabbitmq_server, how)()
    assert not broker.reachable()
    rabbitmq_server.start()
    # A crash may forget a vhost that was made a moment before it.
    rabbitmq_server.add_vhost(mortal_vhost)
    until(broker.reachable, "the server is reachable")
    broker.enqueue(message(n=2))
    until(lambda: seen == [1, 2], "the second ran")

    def said() -> list[str]:
        """By us: the library has its own words for it."""
        ours = [record for record in caplog.records if record.name.startswith("broker")]
        return [record.message.split(",")[0].split(";")[0] for record in ours]

    until(lambda: len(said()) == 2, "the loss and the return are logged")
    assert said() == ["the broker is lost", "the broker is back"]


def test_a_late_answer_does_not_settle_a_message_of_the_next_connection(
    bench: RabbitmqBench, shared_rabbitmq: RabbitmqServer, rabbitmq_vhost: str
) -> None:
    gates = [threading.Event(), threading.Event()]
    calls: list[int] = []

    def block(n: int) -> None:
        calls.append(n)
        gates[len(calls) - 1].wait(60)

    broker = bench.broker(cache=block)
    worker = bench.worker(broker, RUNS, threads=2)
    broker.enqueue(message(n=1))
    until(lambda: calls == [1], "the first is in work")
    shared_rabbitmq.control("close_all_connections", "--vhost", rabbitmq_vhost, "test")
    until(lambda: calls == [1, 1], "it was delivered again, with tag 1 of a new channel")
    gates[0].set()
    until(lambda: worker.intake and worker.intake.in_work == 1, "the first copy returned")
    worker.stop(0)
    try:
        until(lambda: broker.depths()[RUNS] == 1, "the second copy was not settled by the first")
    finally:
        gates[1].set()


def test_a_channel_closed_by_the_server_is_opened_again(bench: RabbitmqBench) -> None:
    seen: list[int] = []
    broker = bench.broker(cache=lambda n: seen.append(n))
    worker = bench.worker(broker, RUNS)
    broker.enqueue(message(n=1))
    until(lambda: seen == [1], "the first ran")
    intake = worker.intake
    assert isinstance(intake, RabbitmqIntake)
    connection, channel = intake._connection, intake._channel
    assert connection is not None
    assert channel is not None
    # An unknown delivery tag makes the server close the channel, and only that, by 406.
    connection.add_callback_threadsafe(lambda: channel.basic_ack(4711))
    until(lambda: channel.is_closed, "the channel is closed")
    broker.enqueue(message(n=2))
    until(lambda: seen == [1, 2], "the second ran")


def test_publishing_to_no_server_fails_in_one_clear_line() -> None:
    port = free_port()
    broker = RabbitmqBroker(f"amqp://guest:secret@127.0.0.1:{port}/")
    with pytest.raises(BrokerUnreachable) as caught:
        broker.enqueue(message(n=1))
    text = str(caught.value)
    assert f"RabbitMQ at 127.0.0.1:{port}/ cannot be used: " in text
    assert "refused" in text.lower()
    assert "secret" not in text
    assert "\n" not in text


def test_a_wrong_password_is_named(rabbitmq_url: str) -> None:
    broker = RabbitmqBroker(rabbitmq_url.replace("guest:guest", "guest:wrong"))
    with pytest.raises(BrokerUnreachable, match="refused the user name or the password"):
        broker.depths()


def test_a_queue_deleted_by_hand_is_made_again_and_served(
    bench: RabbitmqBench, shared_rabbitmq: RabbitmqServer, rabbitmq_vhost: str
) -> None:
    seen: list[int] = []
    broker = bench.broker(cache=lambda n: seen.append(n))
    bench.worker(broker, RUNS)
    broker.enqueue(message(n=1))
    until(lambda: seen == [1], "the first ran")
    shared_rabbitmq.api("DELETE", f"queues/{rabbitmq_vhost}/{quote(RUNS)}")

    def again() -> bool:
        broker.enqueue(message(n=2))
        return 2 in seen

    until(again, "the queue is there and served")


def test_a_queue_deleted_while_all_threads_are_busy_is_made_again_and_served(
    bench: RabbitmqBench, shared_rabbitmq: RabbitmqServer, rabbitmq_vhost: str
) -> None:
    seen: list[int] = []
    go = threading.Event()

    def cache(n: int) -> None:
        seen.append(n)
        assert go.wait(20)

    broker = bench.broker(cache=cache)
    intake = bench.worker(broker, RUNS, threads=1).intake
    assert isinstance(intake, RabbitmqIntake)
    broker.enqueue(message(n=1))
    until(lambda: seen == [1] and not intake._consumers, "the only thread is busy, and nothing is taken")
    shared_rabbitmq.api("DELETE", f"queues/{rabbitmq_vhost}/{quote(RUNS)}")
    go.set()

    def again() -> bool:
        broker.enqueue(message(n=2))
        return 2 in seen

    until(again, "the queue is there and served")


def test_a_queue_nobody_consumes_is_made_again_by_its_next_message(
    bench: RabbitmqBench, shared_rabbitmq: RabbitmqServer, rabbitmq_vhost: str
) -> None:
    broker = bench.broker()
    broker.enqueue(message(n=1))
    shared_rabbitmq.api("DELETE", f"queues/{rabbitmq_vhost}/{quote(RUNS)}")

    def again() -> bool:
        broker.enqueue(message(n=2))
        return bool(broker.depths()[RUNS])

    until(again, "a message lies in the queue")


def test_a_rejected_message_is_kept_even_if_its_queue_was_deleted(
    bench: RabbitmqBench, shared_rabbitmq: RabbitmqServer, rabbitmq_vhost: str
) -> None:
    broker = bench.broker(cache=lambda n: None)
    bench.worker(broker, RUNS)
    broker.enqueue(message(n=1))
    shared_rabbitmq.api("DELETE", f"queues/{rabbitmq_vhost}/{REJECTED}")
    bench.put(RUNS, b"nonsense")
    until(lambda: broker.depths()[REJECTED] == 1, "it lies in the rejected queue")


def test_a_queue_of_another_shape_is_used_as_it_is(bench: RabbitmqBench) -> None:
    connection = pika.BlockingConnection(pika.URLParameters(bench.url))
    connection.channel().queue_declare(RUNS, durable=True, arguments={"x-queue-type": "quorum"})
    connection.close()
    seen: list[int] = []
    broker = bench.broker(cache=lambda n: seen.append(n))
    bench.worker(broker, RUNS)
    broker.enqueue(message(n=1))
    until(lambda: seen == [1], "its message ran")


def test_a_server_short_of_memory_refuses_and_takes_again(
    rabbitmq_server: RabbitmqServer, mortal_bench: RabbitmqBench
) -> None:
    broker = mortal_bench.broker()
    broker.enqueue(message(n=1))
    rabbitmq_server.control("set_vm_memory_high_watermark", "absolute", "1")
    try:
        with pytest.raises(BrokerUnreachable, match="short of memory or disk"):
            # The first message makes the server say so; it waits on the server until it has memory.
            until(lambda: broker.enqueue(message(n=2)) is None, "the server said so")
    finally:
        rabbitmq_server.control("set_vm_memory_high_watermark", "0.4")
    until(broker.reachable, "it takes messages again")


def test_unreadable_headers_stop_nothing(bench: RabbitmqBench, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[dict[str, Any]] = []
    broker = bench.broker(tickworks__request=lambda **kwargs: seen.append(kwargs))
    bench.worker(broker, REQUESTS)
    until(broker.reachable, "the broker answers")
    encode = pika.data.encode_value

    def beyond_all_years(pieces: list[bytes], value: Any) -> int:
        if value != "beyond":
            return encode(pieces, value)
        pieces.append(b"T" + b"\x40" + b"\0" * 7)
        return 9

    monkeypatch.setattr(pika.data, "encode_value", beyond_all_years)
    connection = pika.BlockingConnection(pika.URLParameters(bench.url))
    properties = pika.BasicProperties(headers={"at": "beyond"})
    connection.channel().basic_publish("", REQUESTS, b"first", properties)
    connection.close()
    monkeypatch.undo()
    bench.put(REQUESTS, b"second")
    until(lambda: [one["body"] for one in seen] == ["first", "second"], "both arrived")
