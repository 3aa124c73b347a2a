"""What services print goes to their run's log, whatever bytes it is."""

from __future__ import annotations

import codecs
import io
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from broker.runner.run_log import Lines


class _Bytes(io.RawIOBase):
    """The ``buffer`` of a diverted stream: bytes become lines too."""

    def __init__(self, stream: Diverted) -> None:
        super().__init__()
        self._stream = stream

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        raw = bytes(data)
        self._stream.write(self._stream.decoder.decode(raw))
        return len(raw)


class Diverted(io.TextIOBase):
    """Stands for sys.stdout or sys.stderr; each thread's text goes where that thread's run is."""

    def __init__(self, original: Any, level: str) -> None:
        super().__init__()
        self._original = original
        self._level = level
        self._here = threading.local()
        self.buffer = _Bytes(self)

    @property
    def decoder(self) -> codecs.IncrementalDecoder:
        """This thread's: a character may come in two pieces."""
        if not hasattr(self._here, "decoder"):
            self._here.decoder = codecs.getincrementaldecoder("utf-8")("replace")
        decoder: codecs.IncrementalDecoder = self._here.decoder
        return decoder

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return "utf-8"

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return int(self._original.fileno())

    def write(self, text: str) -> int:
        log: Lines | None = getattr(self._here, "log", None)
        if log is None:
            return int(self._original.write(text))
        begun = getattr(self._here, "begun", "") + str(text)
        *lines, self._here.begun = begun.split("\n")
        for line in lines:
            log.line(self._level, line)
        if len(self._here.begun) > 65_536:
            self.flush()
        return len(text)

    def flush(self) -> None:
        log: Lines | None = getattr(self._here, "log", None)
        if log is None:
            self._original.flush()
        elif begun := getattr(self._here, "begun", ""):
            self._here.begun = ""
            log.line(self._level, begun)

    def divert(self, log: Lines | None) -> None:
        """Send this thread's text to a run's log (None: where it went before)."""
        if rest := self.decoder.decode(b"", final=True):
            self.write(rest)
        # Not where it went before: each run would wait for a stream that it does not print to.
        if getattr(self._here, "log", None) is not None:
            self.flush()
        self._here.log = log


def install() -> None:
    """Divert the two streams of this process, once."""
    if not isinstance(sys.stdout, Diverted):
        sys.stdout = Diverted(sys.stdout, "info")
        sys.stderr = Diverted(sys.stderr, "warning")


@contextmanager
def printed_to(log: Lines) -> Iterator[None]:
    """Within, what this thread prints goes to `log`; without `install` nothing is diverted."""
    streams = [stream for stream in (sys.stdout, sys.stderr) if isinstance(stream, Diverted)]
    for stream in streams:
        stream.divert(log)
    try:
        yield
    finally:
        for stream in streams:
            stream.divert(None)
