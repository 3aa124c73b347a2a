"""Parts of a batch that other nodes may do: who is told of them, and how long they are waited for.

A message is only a hint. A part is done by whoever first locks its row under the batch's fence, so one that
nobody does, or that two do, costs time and nothing else.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from threading import Event
from typing import Any

from actors.calculating.shard import Order
from store import database
from store import node as nodes
from store.calls import batch

#: The role of nodes that are asked, and what they must be able to run.
ROLE, SERVICE = "calculation", "calculator"
#: Legs of a batch from which on the way to another node is worth its time.
WORTH = 5_000
#: More parts for others than this only wait for the database.
MOST = 8
#: Seconds for which parts are waited for at least, and how often so long as our own ones took.
PATIENCE, SHARE = 1.0, 1.5
#: Seconds in which a node is not asked again that did not do its part in time.
REST = 10.0
#: Seconds between two looks whether they are done.
LOOK = 0.02

Hint = Callable[[str, Mapping[str, Any]], bool]


class Elsewhere:
    """The other nodes, as one calculator knows them. `hint`: see `Context.hint`."""

    def __init__(
        self,
        node: str,
        hint: Hint,
        *,
        worth: int = WORTH,
        patience: float = PATIENCE,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.worth = worth
        self._node, self._hint, self._patience, self._monotonic = node, hint, patience, monotonic
        self._resting: dict[str, float] = {}
        self._told: dict[int, str] = {}
        self._told_at = 0.0
        self._alike = ("", False)
        self._pause = Event()

    def workers(self, version: str) -> list[str]:
        """The name of a node for each of its workers that can be asked now: in turn, at most `MOST`.

        None if they may read another book of this `version` than we do. It comes first, then this: whoever
        is told then finds what has changed since.
        """
        rows = nodes.rows(database.read())
        release = next((row["version"] for row in rows if row["name"] == self._node), None)
        free: list[tuple[int, str]] = []
        for row in rows:
            name = row["name"]
            # Another release may rate otherwise, and may not know the message.
            if name == self._node or row["state"] != "up" or row["version"] != release:
                continue
            if ROLE not in row["roles"].split() or SERVICE not in row["services"].split():
                continue
            if self._resting.get(name, 0.0) <= self._monotonic():
                many = min(int(row["processes"]), int(row["slots"]) - int(row["busy"]))
                free += [(number, name) for number in range(many)]
        if not free or not self._read_alike(version):
            return []
        return [name for _, name in sorted(free)[:MOST]]

    def tell(self, orders: Sequence[Order]) -> list[Order]:
        """Tell of the last ones, as far as there is somebody; those that were told."""
        self._told, self._told_at = {}, self._monotonic()
        told: list[Order] = []
        if not orders:
            return told
        for order, name in zip(reversed(orders), self.workers(orders[0].version), strict=False):
            if not self._hint(name, asdict(order)):
                self._rest(name)
                continue
            self._told[order.shard] = name
            told.append(order)
        return told

    def wait(self, told: Sequence[Order], look: Callable[[], object]) -> list[Order]:
        """Wait a while for what was told; what is not done then. `look` may raise to end it."""
        now = self._monotonic()
        until = self._told_at + max(self._patience, SHARE * (now - self._told_at))
        while True:
            undone = set(batch.undone(database.read(), told[0].batch))
            left = [order for order in told if order.shard in undone]
            if not left or self._monotonic() >= until:
                break
            look()
            self._pause.wait(LOOK)
        for order in left:
            self._rest(self._told[order.shard])
        return left

    def _read_alike(self, version: str) -> bool:
        if self._alike[0] != version:
            from store.rating import book

            self._alike = version, not book.has_secrets(database.read())
        return self._alike[1]

    def _rest(self, name: str) -> None:
        self._resting[name] = self._monotonic() + REST
