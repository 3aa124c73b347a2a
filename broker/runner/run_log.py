"""The log of one run: lines for the database, and for the service's file while logging is on."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, MutableMapping
from pathlib import Path
from typing import Any, Protocol

import structlog

from config.known_secrets import hidden
from domain.time.clock import Clock, rfc3339
from store.run.claimed import ClaimedRun
from store.run.log import Line

#: A line is cut at this length, and a run's log after so many lines.
LONGEST_LINE = 8_192
MOST_LINES = 10_000

#: What no terminal and no PostgreSQL text may hold.
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")

#: Kept although logging is off.
ALWAYS = ("error", "critical")


class Lines(Protocol):
    """Whatever takes lines of text with a level."""

    def line(self, level: str, text: str) -> None: ...


class RunLog:
    """Collects lines; `take` hands them to whoever writes them to the database.

    Trouble with the file (a full disk) never reaches the run: it is told once, to ``trouble``.
    """

    def __init__(
        self,
        claimed: ClaimedRun,
        clock: Clock,
        folder: Path,
        first: int,
        trouble: Callable[[str], None],
    ) -> None:
        self._claimed = claimed
        self._clock = clock
        self._path = folder / f"{claimed.service}.log"
        self._trouble = trouble
        self._next = first
        self._room = MOST_LINES
        self._lines: list[Line] = []
        self._lock = threading.Lock()

    def line(self, level: str, text: str) -> None:
        """Add a line of text, or several; kept when logging is on or it tells of an error."""
        if not self._claimed.logging and level not in ALWAYS:
            return
        at = self._clock.now()
        for part in hidden(text).splitlines() or [""]:
            self._add(at, level, printable(part)[:LONGEST_LINE])

    def take(self) -> list[Line]:
        """The lines that nobody has taken yet."""
        with self._lock:
            lines, self._lines = self._lines, []
            return lines

    def _add(self, at: float, level: str, text: str) -> None:
        with self._lock:
            if self._room <= 0:
                return
            self._room -= 1
            if not self._room:
                text = f"the log is cut here: it has {MOST_LINES} lines"
            self._lines.append((self._claimed.run_id, self._next, at, level, text))
            self._next += 1
        if self._claimed.logging:
            self._to_file(at, level, text)

    def _to_file(self, at: float, level: str, text: str) -> None:
        run = f"run {self._claimed.run_id}/{self._claimed.attempt}"
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a", encoding="utf-8") as file:
                file.write(f"{rfc3339(at)} {run} {level} {text}\n")
        except OSError as error:
            self._trouble(f"{self._path.name} cannot be written: {error.strerror}")


def printable(text: str) -> str:
    """The same text as every terminal and database can hold it, without the secrets this process has read."""
    return UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", hidden(text))


def logger_for(log: Lines, **fields: Any) -> Any:
    """What `context.log` is: a structlog logger whose events become lines of the run."""
    return structlog.wrap_logger(
        _Sink(log),
        processors=[structlog.processors.format_exc_info, _text],
        wrapper_class=structlog.make_filtering_bound_logger(0),
        **fields,
    )


class _Sink:
    def __init__(self, log: Lines) -> None:
        self._log = log

    def debug(self, text: str) -> None:
        self._log.line("debug", text)

    def info(self, text: str) -> None:
        self._log.line("info", text)

    def warning(self, text: str) -> None:
        self._log.line("warning", text)

    def error(self, text: str) -> None:
        self._log.line("error", text)

    critical = fatal = error
    warn = warning
    msg = info
    exception = error


def _text(logger: Any, method: str, event: MutableMapping[str, Any]) -> str:
    """``event key=value …``, an exception's lines below."""
    words = [str(event.pop("event", ""))]
    trace = event.pop("exception", None)
    words += [f"{key}={value}" for key, value in event.items()]
    return " ".join(words) + (f"\n{trace}" if trace else "")
