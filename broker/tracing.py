"""Traces of runs, for whoever sets the standard ``OTEL_EXPORTER_OTLP_ENDPOINT`` (extra ``otel``).

A run's trace is known by the run itself: its ids are made of the database's birth and the run's
number, so every process that executes an attempt goes on with the same trace, and no message or row
carries it: a hint that was lost, a hand-over without any, a retry elsewhere lose no link. What the
claim reads anyway says when it was asked for and granted, so nothing is asked of the database.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, Protocol

from actors import Outcome
from broker import trace_export
from broker.runner.run_log import printable, words_of
from broker.trace_ids import ids_of
from store import migrate
from store.run.claimed import ClaimedRun

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

Tell = Callable[[Outcome | None], None]


class Traces(Protocol):
    """Where the attempts of a process are traced."""

    def attempt(self, claimed: ClaimedRun) -> AbstractContextManager[Tell]:
        """Around the service's code; it is told what the code returned, and sees what it raises."""

    def close(self) -> None:
        """Send what is left."""


class Untraced:
    """Nobody asked for traces: nothing is done, nothing imported."""

    def attempt(self, claimed: ClaimedRun) -> AbstractContextManager[Tell]:
        return nullcontext(_nothing)

    def close(self) -> None:
        pass


def open_traces(node: str, now: Callable[[], float]) -> Traces:
    """The traces that the environment asks for; to be opened after the fork, with the database open.

    ``now``: the clock of the process, in epoch seconds.
    """
    if not trace_export.wanted():
        return Untraced()
    provider = trace_export.exporting(node)
    return Untraced() if provider is None else Traced(provider, node, now)


class Traced:
    """Spans ``tick`` or ``request``, ``grant`` and ``process <service>`` of each attempt."""

    def __init__(self, provider: TracerProvider, node: str, now: Callable[[], float]) -> None:
        self._provider = provider
        self._next = threading.local()
        provider.id_generator = _ids(self._next)
        self._tracer = provider.get_tracer("tickworks")
        self._node = node
        self._now = now
        self._born = migrate.born()

    @contextmanager
    def attempt(self, claimed: ClaimedRun) -> Iterator[Tell]:
        from opentelemetry.trace import Link, SpanKind, StatusCode, set_span_in_context, use_span

        grant = self._grant(claimed)
        span = self._tracer.start_span(
            f"process {claimed.service}",
            context=set_span_in_context(grant),
            kind=SpanKind.CONSUMER,
            links=[Link(grant.get_span_context())],
            attributes={**self._attributes(claimed), "messaging.operation.type": "process"},
            start_time=_nanoseconds(claimed.started_at),
        )

        def tell(outcome: Outcome | None) -> None:
            if outcome is not None:
                span.set_attribute("tickworks.outcome", outcome.kind)
                if outcome.kind == "failed":
                    span.set_status(StatusCode.ERROR, printable(outcome.message))

        try:
            with use_span(span, record_exception=False, set_status_on_exception=False):
                yield tell
        except BaseException as error:
            # Not OpenTelemetry's own record: it would keep secrets, and fail on a broken text.
            text = printable(words_of(error))
            span.add_event("exception", {"exception.type": type(error).__name__, "exception.message": text})
            span.set_status(StatusCode.ERROR, text)
            raise
        finally:
            span.end(_nanoseconds(self._now()))

    def close(self) -> None:
        trace_export.close(self._provider)

    def _grant(self, claimed: ClaimedRun) -> Any:
        """The span of the grant, which an earlier attempt's process may have begun the trace for."""
        from opentelemetry.context import Context
        from opentelemetry.trace import (
            NonRecordingSpan,
            SpanContext,
            SpanKind,
            TraceFlags,
            set_span_in_context,
        )

        trace_id, span_id = ids_of(self._born, claimed.run_id)
        attributes = self._attributes(claimed)
        first: Any
        if claimed.attempt == 1:
            self._next.ids = [trace_id, span_id]
            first = self._tracer.start_span(
                "tick" if claimed.trigger in ("schedule", "catch_up") else "request",
                context=Context(),
                kind=SpanKind.PRODUCER,
                attributes={**attributes, "messaging.operation.type": "create"},
                start_time=_nanoseconds(claimed.queued_at),
            )
            first.end(_nanoseconds(claimed.queued_at))
        else:
            first = NonRecordingSpan(SpanContext(trace_id, span_id, True, TraceFlags(TraceFlags.SAMPLED)))
        grant = self._tracer.start_span(
            "grant",
            context=set_span_in_context(first),
            kind=SpanKind.PRODUCER,
            attributes={**attributes, "messaging.operation.type": "send"},
            start_time=_nanoseconds(claimed.queued_at),
        )
        grant.end(_nanoseconds(claimed.granted_at))
        return grant

    def _attributes(self, claimed: ClaimedRun) -> dict[str, str | int]:
        return {
            "messaging.system": "tickworks",
            "messaging.destination.name": claimed.service,
            "tickworks.run_id": claimed.run_id,
            "tickworks.service": claimed.service,
            "tickworks.trigger": claimed.trigger,
            "tickworks.node": self._node,
            "tickworks.attempt": claimed.attempt,
        }


def _ids(following: threading.local) -> Any:
    """Random ids, but for the span that a thread has given its own in ``following.ids``."""
    from opentelemetry.sdk.trace.id_generator import RandomIdGenerator

    class Ids(RandomIdGenerator):
        def generate_trace_id(self) -> int:
            return self._given(0) or super().generate_trace_id()

        def generate_span_id(self) -> int:
            given = self._given(1)
            following.ids = []
            return given or super().generate_span_id()

        def _given(self, place: int) -> int:
            ids: list[int] = getattr(following, "ids", [])
            return ids[place] if ids else 0

    return Ids()


def _nothing(outcome: Outcome | None) -> None:
    pass


def _nanoseconds(seconds: float) -> int:
    return int(seconds * 1_000_000) * 1_000
