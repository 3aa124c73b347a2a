"""What an agent keeps of each of its children."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from node.child import Child

Main = Callable[[Child], int]


@dataclass(frozen=True)
class Part:
    """A child to keep running: its kind, its name and its main function."""

    kind: str
    name: str
    main: Main


@dataclass
class Slot:
    """One part and the process that plays it now; `row` is its place on the board."""

    part: Part
    row: int
    data: Mapping[str, Any] = field(default_factory=dict)
    once: bool = False  # started by an order: when it ends, somebody else decides what follows
    pid: int = 0
    incarnation: str = ""
    started: float = 0.0
    not_before: float = 0.0
    pause: float = 0.0
    asked: bool = False
    leaving: bool = False  # asked to stop while the node goes on: not replaced
