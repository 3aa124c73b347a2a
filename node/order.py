"""Orders from a node's children to its agent: one JSON line each over a pipe.

A line is shorter than PIPE_BUF, so that several children may write to the same pipe.
"""

from __future__ import annotations

import json
import os
import select
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Order:
    """What the agent is to do.

    ``start``: fork a child of `kind` (``daemon``, ``run``) called `name` with `data`;
    ``stop``: end the child of that incarnation; ``size``: run so many worker processes and threads.
    """

    do: str
    kind: str = ""
    name: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


def send(pipe: int, order: Order) -> None:
    """Write an order. Raises ValueError when it is too long for one write."""
    line = json.dumps(asdict(order)).encode() + b"\n"
    if len(line) > select.PIPE_BUF:
        raise ValueError(f"an order of {len(line)} bytes does not fit into {select.PIPE_BUF}")
    os.write(pipe, line)


class Inbox:
    """The agent's end: collects bytes and gives whole orders."""

    def __init__(self, pipe: int) -> None:
        self._pipe = pipe
        self._unread = b""

    def read(self) -> list[Order]:
        """The orders that have come; the pipe is ready for reading."""
        *lines, self._unread = (self._unread + os.read(self._pipe, 65_536)).split(b"\n")
        return [Order(**json.loads(line)) for line in lines]
