"""A caller's own trace, and those of the runs that it asked for: each links to the other.

A caller tells of its trace by a ``traceparent`` (W3C Trace Context), as a header of HTTP or of a message.
The process that takes the request sends both spans: a run's trace is known by its number alone, so nothing
is kept with the run. No parent: one request may be answered with a run that others have asked for too.
"""

from __future__ import annotations

import logging
import platform
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from broker import trace_export
from broker.trace_ids import ids_of
from store import migrate

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

logger = logging.getLogger(__name__)

#: What no caller needs more of; the standard has 55 characters today.
LONGEST = 512
#: Seconds that a span waits for more: few come, and the process may end.
DELAY = 0.5


class Callers:
    """Links the traces of callers with those of the runs that they get."""

    def __init__(self, provider: TracerProvider, born: str) -> None:
        self.provider = provider
        self._tracer = provider.get_tracer("tickworks")
        self._born = born

    def link(
        self, traceparent: str, run_ids: Sequence[int], *, service: str, trigger: str, at: float
    ) -> None:
        """A span ``request <service>`` below the caller's, and a span ``asked`` in each run's trace.

        ``at``: epoch seconds. What is no `traceparent`, or of a trace that is not sampled, is passed over,
        as the standard wants it.
        """
        from opentelemetry import trace
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        around = TraceContextTextMapPropagator().extract({"traceparent": traceparent})
        caller = trace.get_current_span(around).get_span_context()
        if not (caller.is_valid and caller.trace_flags.sampled):
            return
        moment = int(at * 1_000_000) * 1_000
        firsts = [
            trace.SpanContext(*ids_of(self._born, run_id), True, caller.trace_flags) for run_id in run_ids
        ]
        attributes: dict[str, Any] = {
            "messaging.system": "tickworks",
            "messaging.destination.name": service,
            "messaging.operation.type": "create",
            "tickworks.service": service,
            "tickworks.trigger": trigger,
            "tickworks.run_ids": list(run_ids),
        }
        taken = self._tracer.start_span(
            f"request {service}",
            context=around,
            kind=trace.SpanKind.CONSUMER if trigger == "message" else trace.SpanKind.SERVER,
            links=[trace.Link(first) for first in firsts],
            attributes=attributes,
            start_time=moment,
        )
        taken.end(moment)
        for run_id, first in zip(run_ids, firsts, strict=True):
            asked = self._tracer.start_span(
                "asked",
                context=trace.set_span_in_context(trace.NonRecordingSpan(first)),
                links=[trace.Link(caller), trace.Link(taken.get_span_context())],
                attributes={"tickworks.run_id": run_id, "tickworks.service": service},
                start_time=moment,
            )
            asked.end(moment)


_lock = threading.Lock()
_opened: Callers | None = None


def link(traceparent: str | None, run_ids: Sequence[int], *, service: str, trigger: str, at: float) -> None:
    """See `Callers.link`; does nothing, and imports nothing, where nobody asked for traces. Never raises."""
    if not traceparent or len(traceparent) > LONGEST or not trace_export.wanted():
        return
    try:
        callers = _callers()
        if callers is not None:
            callers.link(traceparent, run_ids, service=service, trigger=trigger, at=at)
    except Exception:  # the request is accepted by now: it must not fail for its trace
        logger.warning("the trace of a caller is not linked with runs %s", run_ids, exc_info=True)


def close() -> None:
    """Send what is left."""
    global _opened
    with _lock:
        callers, _opened = _opened, None
    if callers is not None:
        trace_export.close(callers.provider)


def _callers() -> Callers | None:
    """Those of this process, made when the first caller tells of a trace."""
    global _opened
    with _lock:
        if _opened is None:
            born = migrate.born()
            provider = trace_export.exporting(platform.node(), DELAY)
            _opened = None if provider is None else Callers(provider, born)
        return _opened
