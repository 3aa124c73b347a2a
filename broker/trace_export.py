"""Where spans go: to what the standard ``OTEL_EXPORTER_OTLP_ENDPOINT`` names (extra ``otel``)."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

logger = logging.getLogger(__name__)

#: The standard variables of which one must be set.
VARIABLES = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
#: Seconds that the last spans may take at the end of a process.
LAST = 3.0


def wanted() -> bool:
    """Whether the environment asks for traces; nothing is imported to know it."""
    return any(os.environ.get(name) for name in VARIABLES)


def exporting(instance: str, delay: float | None = None) -> TracerProvider | None:
    """What sends the spans of this process; None, with a warning, where the libraries are missing.

    ``instance`` tells the process from others. ``delay``: seconds that a span may wait for more, where
    the standard ``OTEL_BSP_SCHEDULE_DELAY`` says nothing. To be opened after the fork.
    """
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        logger.warning("traces are asked for, but their libraries are missing: install tickworks[otel]")
        return None
    name = os.environ.get("OTEL_SERVICE_NAME") or "tickworks"
    provider = TracerProvider(
        resource=Resource.create({"service.name": name, "service.instance.id": f"{instance}/{os.getpid()}"}),
        shutdown_on_exit=False,
    )
    given = os.environ.get("OTEL_BSP_SCHEDULE_DELAY")
    waits = None if delay is None or given else delay * 1000
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(), schedule_delay_millis=waits))
    return provider


def close(provider: TracerProvider) -> None:
    """Send what is left, for `LAST` seconds at most."""
    provider.force_flush(int(LAST * 1000))
    provider.shutdown()
