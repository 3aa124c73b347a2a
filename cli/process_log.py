"""What processes and commands log: one line an event on standard error, never a secret."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from typing import TextIO

from cli.log_lines import formatter, wants_json
from config.secrets import redacted
from config.settings import Logs
from node.child import Child

#: Libraries whose own news nobody wants; ours stand in for them.
QUIET = ("dramatiq", "periodiq", "pika", "uvicorn", "asyncio", "peewee")

#: What every line of this process says of it.
_process = {"process": "agent"}
_installed: logging.Handler | None = None


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


def for_processes(logs: Logs, node: str) -> None:
    """The processes of a node log from ``[logs] level`` on, as JSON or text (``[logs] format``)."""
    # This very stream: what services print is diverted to their runs later.
    stream = sys.stderr
    _process["node"] = node
    lines = formatter(wants_json(logs.format, stream), _process)
    _install(logging.StreamHandler(stream), lines, getattr(logging, logs.level.upper()))


def named(main: Callable[[Child], int]) -> Callable[[Child], int]:
    """The main function of a child process, which logs under the child's name."""

    def run(child: Child) -> int:
        _process["process"] = child.name
        if child.kind == "daemon":
            _process["service"] = child.name
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
