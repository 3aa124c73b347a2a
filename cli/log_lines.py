"""The two forms of a line in the log of a process: JSON for machines, text for a terminal.

Both have the same fields: ts, level, event, service, run_id, node, trigger, attempt where they are
known, then process, logger and what else the line was given. No secret is in either.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, MutableMapping
from datetime import UTC, datetime
from typing import Any, TextIO

import structlog
from structlog.contextvars import merge_contextvars

from config.secret_keys import without_secrets

#: The fields that come first, in this order.
FIRST = ("ts", "level", "event", "service", "run_id", "node", "trigger", "attempt", "process", "logger")
#: What a line on a terminal has in front, or needs no word for.
_NAMED = frozenset(("ts", "level", "event", "process", "logger", "node", "exception"))

Event = MutableMapping[str, Any]


def wants_json(form: str, stream: TextIO) -> bool:
    """Whether ``[logs] format`` means JSON here; ``auto`` does where no terminal looks at the stream."""
    return form == "json" or (form == "auto" and not stream.isatty())


def formatter(as_json: bool, process: Mapping[str, str]) -> logging.Formatter:
    """Makes lines of log records; ``process`` is asked anew at each line: process, node, service."""

    def complete(_: Any, __: str, event: Event) -> Event:
        record: logging.LogRecord = event["_record"]
        ours = {
            "ts": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        return {**process, **event, **ours}

    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[merge_contextvars, structlog.stdlib.ExtraAdder()],
        processors=[
            complete,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            _clean,
            _as_json if as_json else _as_text,
        ],
    )


def _clean(_: Any, __: str, event: Event) -> Event:
    """The fields in their order, without secrets."""
    first = {name: event[name] for name in FIRST if name in event}
    cleaned = without_secrets({**first, **event})
    assert isinstance(cleaned, dict)
    cleaned["ts"] = str(cleaned["ts"]).replace("+00:00", "Z")
    return cleaned


def _as_json(_: Any, __: str, event: Event) -> str:
    return json.dumps(event, ensure_ascii=False, allow_nan=True)


def _as_text(_: Any, __: str, event: Event) -> str:
    """``2026-01-05T12:00:01.000Z warning worker-1 text run_id=7``, an exception's lines below."""
    words = [event["ts"], f"{event['level']:<7}", f"{event.get('process', ''):<9}", str(event["event"])]
    words += [f"{name}={value}" for name, value in event.items() if name not in _NAMED]
    trace = event.get("exception")
    return " ".join(words) + (f"\n{trace}" if trace else "")
