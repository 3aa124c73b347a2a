"""A part of a batch that a calculator on another node has told us of."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from threading import Lock
from typing import Any

from actors.calculating.books import Books
from actors.calculating.shard import Order, do
from store import database, node
from store.calls import batch
from store.errors import DatabaseError
from store.run import hold
from store.tx import Tx

logger = logging.getLogger(__name__)

#: Seconds to wait for the end of another part; then ours is being done by who told us.
WAIT = 1.0


class Hinted:
    """One process of a node; it does one part at a time, for each takes a core.

    `held`: whether the turn of a fence goes on.
    """

    def __init__(
        self, node: str, books: Books | None = None, held: Callable[[Tx, int], bool] = hold.is_held
    ) -> None:
        self._node = node
        self._books = books or Books()
        self._held = held
        self._busy = Lock()

    def rate(self, words: Mapping[str, Any]) -> None:
        """Do the part that these words are the order of (see `Order`), if it is still to be done.

        What fails, or would have to wait long, is left to who told us.
        """
        if not self._busy.acquire(timeout=WAIT):
            return
        try:
            order = replace(Order(**words), node=self._node)
            if self._wanted(order):
                reply = do(self._books, order, lambda: self._go_on(order))
                logger.debug("part %d of batch %d: %s", order.shard, order.batch, reply.state)
        except _Over:
            logger.debug("the turn of a part ended before the part did")
        except (DatabaseError, ValueError, TypeError, ImportError) as error:
            logger.warning("a part of another node's batch is left to it: %s", error)
        finally:
            self._busy.release()

    def _wanted(self, order: Order) -> bool:
        tx = database.read()
        own = node.one(tx, self._node)
        if own is None or own["state"] != "up":
            return False
        return batch.is_open(tx, order.batch, order.shard, order.fence) and self._held(tx, order.fence)

    def _go_on(self, order: Order) -> None:
        """The last word before the commit: nobody else may have the groups of the turn by now.

        Without a lock: nobody who takes them ever waits for us.
        """
        if not self._held(database.read(), order.fence):
            raise _Over


class _Over(Exception):
    """The turn that a part is of has ended."""
