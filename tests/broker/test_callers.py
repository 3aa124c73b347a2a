"""Does who asks for a run find it from their own trace, and the run them?"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pika
import pytest
from opentelemetry.sdk import trace as otel
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from actors import Outcome
from actors.catalogue import Catalogue
from broker import callers, trace_export
from broker.queues import EXCHANGE, REQUESTS
from broker.request_actor import Requests
from store import migrate
from tests.broker.runner.bench import Bench
from tests.broker.test_tracing import Traced
from tests.conformance.brokers import RabbitmqBench
from tests.support.engine import Engine
from tests.support.told import Told
from tests.support.until import until

TRACE, SPAN = 0x4BF92F3577B34DA6A3CE929D0E0E4736, 0x00F067AA0BA902B7
TRACEPARENT = f"00-{TRACE:032x}-{SPAN:016x}-01"


class Heard:
    """The spans of the processes that take requests, which stay in memory."""

    def __init__(self) -> None:
        self._memory = InMemorySpanExporter()
        self.provider = otel.TracerProvider(shutdown_on_exit=False)
        self.provider.add_span_processor(SimpleSpanProcessor(self._memory))

    def spans(self, name: str) -> list[Any]:
        return [span for span in self._memory.get_finished_spans() if span.name == name]


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Iterator[Heard]:
    """This process takes requests, and traces are on."""
    made = Heard()
    monkeypatch.setenv(trace_export.VARIABLES[1], "http://127.0.0.1:1")
    monkeypatch.setattr(trace_export, "exporting", lambda *_: made.provider)
    yield made
    callers.close()


@pytest.fixture
def requests(sqlite_engine: Engine) -> Requests:
    sqlite_engine.make_node()
    sqlite_engine.make_service("mail", run_groups=["outbox"])
    return Requests(Catalogue({}), sqlite_engine.rules, sqlite_engine.clock.now, Told())


def test_a_callers_span_and_the_runs_first_one_are_linked_both_ways(
    sqlite_engine: Engine, tmp_path: Path, heard: Heard, requests: Requests
) -> None:
    bench = Bench(sqlite_engine, tmp_path / "log")
    bench.add("mail", lambda context: Outcome.done())
    worker = Traced(bench)
    requests.receive("run.mail", "", None, TRACEPARENT)
    (run_id,) = [row[0] for row in sqlite_engine.rows("SELECT id FROM run")]
    bench.execute(run_id)
    first = worker.named("request")
    (taken,), (asked,) = heard.spans("request mail"), heard.spans("asked")
    assert (taken.context.trace_id, taken.parent.span_id) == (TRACE, SPAN)
    assert [link.context.span_id for link in taken.links] == [first.context.span_id]
    assert [link.context.trace_id for link in taken.links] == [first.context.trace_id]
    assert (asked.context.trace_id, asked.parent.span_id) == (first.context.trace_id, first.context.span_id)
    assert [link.context.span_id for link in asked.links] == [SPAN, taken.context.span_id]
    assert taken.attributes["tickworks.run_ids"] == (run_id,)
    assert taken.kind.name == "CONSUMER"


def test_each_of_two_callers_finds_the_run_that_serves_both(heard: Heard, requests: Requests) -> None:
    other = TRACEPARENT.replace("4bf92f", "abcdef")
    requests.receive("run.mail", "")  # holds the group
    for traceparent in (TRACEPARENT, other):
        requests.receive("run.mail", '{"args": {}}', None, traceparent)
    found = heard.spans("request mail")
    assert len({span.context.trace_id for span in found}) == 2
    assert len({span.links[0].context.trace_id for span in found}) == 1
    assert len(heard.spans("asked")) == 2


@pytest.mark.parametrize(
    "traceparent",
    [
        None,
        "",
        "nonsense",
        TRACEPARENT.replace("-01", "-00"),  # the caller does not trace this one
        f"00-{0:032x}-{SPAN:016x}-01",
        f"ff-{TRACE:032x}-{SPAN:016x}-01",
        f"{TRACEPARENT}-{'x' * 1000}",
    ],
)
def test_what_is_no_trace_of_a_caller_is_passed_over(
    sqlite_engine: Engine, heard: Heard, requests: Requests, traceparent: str | None
) -> None:
    requests.receive("run.mail", "", None, traceparent)
    assert heard.spans("request mail") + heard.spans("asked") == []
    assert sqlite_engine.value("SELECT COUNT(*) FROM run") == 1


def test_a_run_is_accepted_though_its_trace_cannot_be_told(
    sqlite_engine: Engine,
    heard: Heard,
    requests: Requests,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def breaks() -> str:
        raise RuntimeError("no such table")

    monkeypatch.setattr(migrate, "born", breaks)
    with caplog.at_level(logging.WARNING):
        requests.receive("run.mail", "", None, TRACEPARENT)
    assert sqlite_engine.value("SELECT COUNT(*) FROM run") == 1
    assert "the trace of a caller is not linked" in caplog.text


def test_nobody_pays_who_wants_no_traces(requests: Requests, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trace_export, "exporting", lambda *_: pytest.fail("traces were opened"))
    requests.receive("run.mail", "", None, TRACEPARENT)


@pytest.mark.rabbitmq
def test_the_header_of_a_message_reaches_the_request(rabbitmq_url: str) -> None:
    seen: list[str | None] = []

    def receive(
        routing_key: str, body: str, message_id: str | None = None, traceparent: str | None = None
    ) -> None:
        seen.append(traceparent)

    bench = RabbitmqBench(rabbitmq_url)
    try:
        bench.worker(bench.broker(tickworks__request=receive), REQUESTS)
        connection = pika.BlockingConnection(pika.URLParameters(rabbitmq_url))
        channel = connection.channel()
        until(lambda: bench.brokers[0].depths() is not None, "the queue is there")
        for headers in ({"traceparent": TRACEPARENT}, {"traceparent": 7}, {}, None):
            properties = pika.BasicProperties(headers=headers)
            channel.basic_publish(EXCHANGE, "run.mail", b"", properties)
        until(lambda: len(seen) == 4, "all were taken")
        connection.close()
    finally:
        bench.close()
    assert sorted(map(str, seen)) == sorted([TRACEPARENT, "None", "None", "None"])
