"""Does a collector hear of a run as one trace, on both stacks, and does a missing one harm nobody?"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pika
import pytest

from tests.integration.conftest import StartSite
from tests.integration.test_requests_by_message import consumers
from tests.support.process import free_port
from tests.support.until import until

SERVICES = """
from datetime import timedelta
from actors import Outcome, service

@service(run_groups=("disk",))
def traced(context):
    return Outcome.done()

@service(run_groups=("disk",), time_limit=timedelta(hours=1))
def traced_long(context):
    return Outcome.done()
"""


class Collector:
    """What an OpenTelemetry collector is told over HTTP."""

    def __init__(self) -> None:
        self.spans: list[Any] = []
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    import gzip

                    body = gzip.decompress(body)
                for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                    for scope in resource.scope_spans:
                        collector.spans += scope.spans
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def of(self, service: str) -> dict[str, Any]:
        """The spans of the service's run, by name."""
        found = {}
        for span in list(self.spans):
            if any(
                each.key == "tickworks.service" and each.value.string_value == service
                for each in span.attributes
            ):
                found[span.name] = span
        return found

    def close(self) -> None:
        self.server.shutdown()
        self._thread.join()
        self.server.server_close()


@pytest.fixture
def collector() -> Iterator[Collector]:
    made = Collector()
    yield made
    made.close()


def test_a_collector_hears_of_each_run_as_one_trace(
    start_site: StartSite, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "100")
    site = start_site(SERVICES)
    runs = [site.force(name) for name in ("traced", "traced_long")]
    for run_id in runs:
        site.until_state(run_id, "succeeded")
    for service in ("traced", "traced_long"):
        names = {"request", "grant", f"process {service}"}
        until(lambda s=service, n=names: set(collector.of(s)) == n, f"spans of {service} come")  # type: ignore[misc]
        spans = collector.of(service)
        assert len({span.trace_id for span in spans.values()}) == 1
        assert spans["grant"].parent_span_id == spans["request"].span_id
        assert spans[f"process {service}"].links[0].span_id == spans["grant"].span_id
    assert collector.of("traced")["grant"].trace_id != collector.of("traced_long")["grant"].trace_id


@pytest.mark.parametrize("stack", ["servers"], indirect=True)
def test_a_collector_hears_who_asked_for_a_run_by_message(
    start_site: StartSite, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
    site = start_site(SERVICES)
    trace, span = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
    with closing(pika.BlockingConnection(pika.URLParameters(site.broker_url))) as connection:
        until(lambda: consumers(connection, "tickworks.requests"), "requests are taken", seconds=60)
        headers = {"traceparent": f"00-{trace}-{span}-01"}
        properties = pika.BasicProperties(delivery_mode=2, headers=headers)
        connection.channel().basic_publish("tickworks", "run.traced", b"", properties)
    names = {"request traced", "asked", "request", "grant", "process traced"}
    until(lambda: set(collector.of("traced")) == names, "all spans come", seconds=60)
    spans = collector.of("traced")
    taken, asked, first = (spans[name] for name in ("request traced", "asked", "request"))
    assert (taken.trace_id.hex(), taken.parent_span_id.hex()) == (trace, span)
    assert taken.links[0].span_id == asked.parent_span_id == first.span_id
    assert {asked.trace_id, first.trace_id} == {taken.links[0].trace_id}
    assert asked.links[0].span_id.hex() == span


def test_runs_go_on_and_the_node_stops_without_a_collector(
    start_site: StartSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{free_port()}")
    site = start_site(SERVICES)
    assert site.until_state(site.force("traced"), "succeeded")["error"] is None
    assert site.stop(signal.SIGTERM) == 0
    assert "Traceback" not in site.log.read_text()
