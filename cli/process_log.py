"""What processes and commands log: one line an event on standard error, never a secret."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable
from typing import TextIO

from config.secrets import redacted
from node.child import Child

#: Libraries whose own news nobody wants; ours stand in for them.
QUIET = ("dramatiq", "periodiq", "pika", "uvicorn", "asyncio", "peewee")

_process = "agent"
_installed: logging.Handler | None = None


class _Line(logging.Formatter):
    """``12:00:01 warning worker-1 text``, times in UTC as everywhere."""

    @staticmethod
    def converter(seconds: float | None) -> time.struct_time:
        return time.gmtime(seconds)

    def format(self, record: logging.LogRecord) -> str:
        text = record.getMessage()
        if record.exc_info:
            text += "\n" + self.formatException(record.exc_info)
        at = f"{self.formatTime(record, '%Y-%m-%dT%H:%M:%S')}.{int(record.msecs):03d}Z"
        return redacted(f"{at} {record.levelname.lower():<7} {_process:<9} {text}")


class _Remark(logging.Formatter):
    """``warning: text``, for a command that does one thing and ends."""

    def format(self, record: logging.LogRecord) -> str:
        return redacted(f"{record.levelname.lower()}: {record.getMessage()}")


class _Stderr(logging.StreamHandler[TextIO]):
    """Standard error as it is when something is said, not when this was made."""

    @property
    def stream(self) -> TextIO:
        return sys.stderr

    @stream.setter
    def stream(self, _: TextIO) -> None:
        pass


def for_command() -> None:
    """A command says what goes wrong beside its result."""
    _install(_Stderr(), _Remark(), logging.WARNING)


def for_processes(level: str) -> None:
    """The processes of a node log from `level` on."""
    # This very stream: what services print is diverted to their runs later.
    _install(logging.StreamHandler(sys.stderr), _Line(), getattr(logging, level.upper()))


def named(main: Callable[[Child], int]) -> Callable[[Child], int]:
    """The main function of a child process, which logs under the child's name."""

    def run(child: Child) -> int:
        global _process
        _process = child.name
        return main(child)

    return run


def _install(handler: logging.Handler, formatter: logging.Formatter, level: int) -> None:
    global _installed
    if _installed is not None:
        logging.root.removeHandler(_installed)
    _installed = handler
    handler.setFormatter(formatter)
    logging.root.addHandler(handler)
    logging.root.setLevel(level)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
