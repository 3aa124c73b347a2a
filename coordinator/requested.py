"""What is asked for and what is answered when somebody wants a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from coordinator.grants import RunMessage


class Refused(Exception):
    """The request was refused; `code` is stable, the text says why and what to do."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What was asked for. ``trigger`` is manual, api or message; ``by`` names who asked."""

    service: str
    trigger: str
    by: str
    args: Mapping[str, Any] = field(default_factory=dict)
    node: str | None = None
    step: int | None = None
    apart: bool = False  # that step runs beside the service's other runs
    reason: str | None = None
    key: str | None = None
    preempt: bool = False
    even_if_disabled: bool = False


@dataclass(slots=True)
class Accepted:
    """The runs that stand for the request; `merged` where one waited already.

    A key that is known answers as it did the first time.
    """

    run_ids: list[int]
    merged: bool = False
    messages: list[RunMessage] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Answers:
    """To several requests: one for each in the order of asking, and what to publish after the commit.

    ``full``: services of which a run waits for a slot now.
    """

    each: list[Accepted | Refused]
    messages: list[RunMessage]
    full: frozenset[str] = frozenset()
