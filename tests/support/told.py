"""Listens to what workers are told; see `broker.publish.Telling`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import TypeVar

from coordinator.grants import RunMessage
from store import database
from store.tx import Tx

Written = TypeVar("Written")


class Told(list[RunMessage]):
    """The runs that were granted, in order."""

    def runs(self, runs: Sequence[RunMessage], /) -> bool:
        self.extend(runs)
        return True

    def write(
        self,
        work: Callable[[Tx], Written],
        /,
        granted: Callable[[Written], Sequence[RunMessage]] = attrgetter("messages"),
        *,
        durable: bool = True,
    ) -> Written:
        written = database.write(work, durable=durable)
        self.runs(granted(written))
        return written
