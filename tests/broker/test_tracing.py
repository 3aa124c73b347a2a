"""Is a run one trace, from who asked for it to its last attempt, and does nobody pay who wants none?"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.sdk import trace as otel

from actors import Context, Outcome
from broker import tracing
from broker.trace_export import VARIABLES
from config import known_secrets
from store import database
from tests.broker.runner.bench import Bench
from tests.support.engine import Engine

ROOT = Path(__file__).parents[2]


class Traced:
    """A worker whose spans stay in memory."""

    def __init__(self, bench: Bench) -> None:
        from opentelemetry.sdk.trace.export import SimpleSpanProcessor
        from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

        self.bench = bench
        self._memory = InMemorySpanExporter()
        self._processor = SimpleSpanProcessor(self._memory)
        bench.runner.engine = replace(bench.runner.engine, traces=self.another())

    def another(self) -> tracing.Traced:
        """As another process has it, which knows nothing of the first one's spans."""
        provider = otel.TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(self._processor)
        return tracing.Traced(provider, "n1", self.bench.engine.clock.now)

    def spans(self) -> list[Any]:
        return list(self._memory.get_finished_spans())

    def named(self, name: str) -> Any:
        (span,) = [each for each in self.spans() if each.name == name]
        return span


@pytest.fixture
def traced(engine: Engine, tmp_path: Path) -> Traced:
    engine.make_node()
    bench = Bench(engine, tmp_path / "log")
    bench.add("mail", lambda context: Outcome.done(), retries=1)
    return Traced(bench)


def test_a_forced_run_is_one_trace_from_the_request_to_its_end(traced: Traced) -> None:
    run = traced.bench.run("mail")
    request, grant, process = (traced.named(name) for name in ("request", "grant", "process mail"))
    assert {span.context.trace_id for span in (request, grant, process)} == {request.context.trace_id}
    assert (request.parent, grant.parent.span_id) == (None, request.context.span_id)
    assert process.parent.span_id == grant.context.span_id
    assert [link.context.span_id for link in process.links] == [grant.context.span_id]
    assert dict(process.attributes) == {
        "messaging.system": "tickworks",
        "messaging.destination.name": "mail",
        "messaging.operation.type": "process",
        "tickworks.run_id": run["id"],
        "tickworks.service": "mail",
        "tickworks.trigger": "manual",
        "tickworks.node": "n1",
        "tickworks.attempt": 1,
        "tickworks.outcome": "done",
    }


def test_the_grant_lasts_as_long_as_the_run_waited(traced: Traced) -> None:
    engine = traced.bench.engine
    engine.make_service("mail", run_groups=["disk"], parallel=1)
    first, second = engine.request("mail"), engine.request("mail", args={"n": 2})
    engine.clock.advance(7)
    traced.bench.execute(first)
    assert traced.bench.engine.run(second)["state"] == "succeeded"  # handed over, without a message
    waited = [span.end_time - span.start_time for span in traced.spans() if span.name == "grant"]
    assert waited == [0, 7_000_000_000]


def test_a_traced_attempt_asks_the_database_nothing(traced: Traced, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = traced.bench.engine
    claimed = engine.claim(engine.request("mail"))
    assert claimed is not None
    with monkeypatch.context() as away:
        for name in ("read", "write", "connection"):
            away.setattr(database, name, lambda *_: pytest.fail("it asked the database"))
        with traced.bench.runner.engine.traces.attempt(claimed) as tell:
            tell(None)
    assert len(traced.spans()) == 3


def test_what_the_beat_wrote_begins_with_a_tick(traced: Traced) -> None:
    engine = traced.bench.engine
    run_id = engine.request("mail")
    engine.write(lambda tx: tx.run("UPDATE run SET trigger = 'schedule' WHERE id = ?", (run_id,)))
    traced.bench.execute(run_id)
    assert {span.name for span in traced.spans()} == {"tick", "grant", "process mail"}


def test_a_second_attempt_in_another_process_goes_on_with_the_trace(traced: Traced) -> None:
    def fails_once(context: Context) -> Outcome:
        if context.attempt == 1:
            raise OSError("no host")
        return Outcome.done()

    traced.bench.services["mail"] = replace(traced.bench.services["mail"], work=fails_once)
    engine = traced.bench.engine
    run = traced.bench.run("mail")
    assert run["state"] == "queued"
    traced.bench.runner.engine = replace(traced.bench.runner.engine, traces=traced.another())
    engine.clock.advance(3600)
    engine.sweeper.sweep()
    assert traced.bench.execute(run["id"])["state"] == "succeeded"
    request = traced.named("request")
    attempts = [span for span in traced.spans() if span.name == "process mail"]
    assert [span.attributes["tickworks.attempt"] for span in attempts] == [1, 2]
    assert {span.context.trace_id for span in traced.spans()} == {request.context.trace_id}
    grants = [span for span in traced.spans() if span.name == "grant"]
    assert [span.parent.span_id for span in grants] == [request.context.span_id] * 2


@pytest.fixture
def secret() -> Iterator[str]:
    """A word that this process has read as a secret."""
    known_secrets.learn("pl4nted-word")
    yield "pl4nted-word"
    known_secrets.forget()


def test_an_error_is_in_the_span_without_a_secret(traced: Traced, secret: str) -> None:

    def breaks(context: Context) -> Outcome:
        raise OSError(f"refused with {secret}")

    traced.bench.add("breaks", breaks)
    assert traced.bench.run("breaks")["state"] == "failed"
    process = traced.named("process breaks")
    (event,) = process.events
    assert (event.name, event.attributes["exception.type"]) == ("exception", "OSError")
    assert "refused with" in event.attributes["exception.message"]
    assert process.status.status_code.name == "ERROR"
    assert "pl4nted" not in process.to_json()


def test_a_failed_outcome_is_a_span_with_an_error(traced: Traced) -> None:
    traced.bench.add("full", lambda context: Outcome.failed("no disk"))
    traced.bench.run("full")
    span = traced.named("process full")
    assert (span.status.status_code.name, span.status.description) == ("ERROR", "no disk")


def test_runs_of_two_sites_have_traces_of_their_own(traced: Traced, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = traced.bench.engine
    claimed = engine.claim(engine.request("mail"))
    assert claimed is not None
    for born in ("one day", "another day"):
        monkeypatch.setattr("store.migrate.born", lambda born=born: born)
        with traced.another().attempt(claimed) as tell:
            tell(None)
    assert len({span.context.trace_id for span in traced.spans() if span.name == "request"}) == 2


PROGRAM = """
import sys
import node.worker, node.long_run
from broker.tracing import Untraced, open_traces
assert isinstance(open_traces("n1", lambda: 0.0), Untraced)
print(*sorted({name.split(".")[0] for name in sys.modules}))
"""


def test_a_worker_that_nobody_traces_imports_nothing_for_it() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, env={}, capture_output=True, text=True, check=True
    )
    assert {"opentelemetry", "google", "requests", "urllib3"} & set(done.stdout.split()) == set()


def test_traces_without_their_libraries_are_one_warning(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(VARIABLES[1], "http://127.0.0.1:1")
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    assert isinstance(tracing.open_traces("n1", lambda: 0.0), tracing.Untraced)
    assert "install tickworks[otel]" in caplog.text
