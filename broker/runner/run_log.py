"""The log of one run: lines for the database, and for the service's file while logging is on."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, MutableMapping
from pathlib import Path
from typing import Any, Protocol

import structlog

from config.known_secrets import HIDDEN, hidden
from config.secret_keys import is_secret_key, without_secrets
from domain.time.clock import Clock, rfc3339
from store.run.claimed import ClaimedRun
from store.run.log import HEAD, TAIL, Line

#: A line is cut at this length.
LONGEST_LINE = 8_192

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
        self.run_id = claimed.run_id
        self._claimed = claimed
        self._clock = clock
        self._path = folder / f"{claimed.service}.log"
        self._trouble = trouble
        self._next = first
        self._first = first
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
            number = self._next
            self._next += 1
            self._lines.append((self.run_id, number, at, level, text))
            if len(self._lines) >= 2 * (HEAD + TAIL):
                # Faster than anybody writes them down: what the database would drop is dropped here.
                head = [line for line in self._lines if line[1] <= HEAD]
                self._lines = head + self._lines[-TAIL:]
        room = HEAD + TAIL - (number - self._first)
        if self._claimed.logging and room > 0:
            self._to_file(at, level, text if room > 1 else f"the file is cut here: after {HEAD + TAIL} lines")

    def _to_file(self, at: float, level: str, text: str) -> None:
        run = f"run {self.run_id}/{self._claimed.attempt}"
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a", encoding="utf-8") as file:
                file.write(f"{rfc3339(at)} {run} {level} {text}\n")
        except OSError as error:
            self._trouble(f"{self._path.name} cannot be written: {error.strerror}")


def printable(text: str) -> str:
    """The same text as every terminal and database can hold it, without the secrets this process has read."""
    return UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", hidden(text))


def words_of(error: BaseException) -> str:
    """What kind of error it is, and its text, which may be broken; not yet `printable`."""
    try:
        text = str(error).strip()
    except Exception:
        text = "(its text cannot be had)"
    if isinstance(error, SystemExit):
        return f"the service called sys.exit({text})"
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


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
    words += [f"{key}={HIDDEN if is_secret_key(key) else _shown(value)}" for key, value in event.items()]
    return " ".join(words) + (f"\n{trace}" if trace else "")


def _shown(value: object) -> object:
    """What is nested has names of its own to look at; all else is shown as it is."""
    return without_secrets(value) if isinstance(value, dict | list | tuple) else value
