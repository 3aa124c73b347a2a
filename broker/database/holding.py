"""The messages in work that have an owner: all but run messages.

Each process with an intake is one owner. It renews what it holds, settles what is done, gives
back the rest, and takes back what another owner held and no longer renews.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from broker.database import wake
from broker.database.abandoned import Watch
from broker.decode import LARGEST_BODY, Raw
from broker.queues import REJECTED
from store import database, message
from store.message import Held
from store.tx import Tx

_LONGEST_REASON = 1000

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Taken:
    """The receipt of a message: its row, how often it was delivered, and whether its actor raised."""

    id: int
    deliveries: int
    failed: bool = False


def process_ended(pid: int) -> None:
    """Give back what a process of this machine held whose end is proven; no lease is waited for."""
    prefix = _owner(pid, "")
    held = [one for one in message.held(database.read()) if one.owner.startswith(prefix)]
    if held:
        _free(lambda tx: message.take_back(tx, held))


class Holding:
    """What this process holds. For the intake's thread; every method may raise DatabaseAway."""

    def __init__(self, lease: float, clock: Callable[[], float]) -> None:
        self.owner = _owner(os.getpid(), secrets.token_hex(4))
        self.watch = Watch(lease, clock)
        self._mine: set[int] = set()

    def started(self, raws: Iterable[Raw]) -> None:
        """These are with the worker threads and will be answered for."""
        self._mine.update(_ids(raws))

    def settle(self, raws: Sequence[Raw]) -> None:
        """These are done for good."""
        if raws:
            ids = _ids(raws)
            database.write(lambda tx: message.settle(tx, ids, self.owner), durable=False)
            self._mine.difference_update(ids)

    def give_back(self, raws: Sequence[Raw]) -> None:
        """These wait again; the delivery of one counts if its actor failed."""
        failed = _ids(raw for raw in raws if raw.receipt.failed)
        excused = _ids(raw for raw in raws if not raw.receipt.failed)
        _free(
            lambda tx: [
                *message.give_back(tx, failed, self.owner, counted=True),
                *message.give_back(tx, excused, self.owner, counted=False),
            ]
        )
        self._mine.difference_update(failed, excused)

    def reject(self, raw: Raw, reason: str) -> None:
        """Move this one to the rejected queue."""
        database.write(
            lambda tx: message.reject(
                tx,
                raw.receipt.id,
                self.owner,
                queue=REJECTED,
                reason=reason[:_LONGEST_REASON],
                now=time.time(),
                longest=LARGEST_BODY,
            )
        )
        self._mine.discard(raw.receipt.id)

    def give_back_lost(self) -> None:
        """Give back what was taken by a commit whose answer got lost, or just before a fault."""
        held = [one.id for one in message.held(database.read()) if one.owner == self.owner]
        if lost := [number for number in held if number not in self._mine]:
            _free(lambda tx: message.give_back(tx, lost, self.owner, counted=False))

    def give_back_all(self) -> None:
        """This process stops; what its threads still have in hand is delivered again."""
        _free(lambda tx: message.give_back_all(tx, self.owner))

    def care(self) -> None:
        """When it is time: renew what is held here, and take back what the dead held."""
        if self.watch.due_in() > 0:
            return
        if self._mine:
            database.write(lambda tx: message.renew(tx, self.owner), durable=False)
        if lapsed := self.watch.lapsed(self._held_by_others()):
            logger.warning("taken back from processes that ended: %d messages", len(lapsed))
            _free(lambda tx: message.take_back(tx, lapsed))

    def _held_by_others(self) -> list[Held]:
        def others(tx: Tx) -> list[Held]:
            return [one for one in message.held(tx) if one.owner != self.owner]

        if not others(database.read()):
            return []
        # In a write, so that time in which nobody could renew does not count against them.
        return database.write(others, durable=False)


def _owner(pid: int, token: str) -> str:
    return f"{socket.gethostname()}:{pid}:{token}"


def _ids(raws: Iterable[Raw]) -> list[int]:
    return [raw.receipt.id for raw in raws]


def _free(free: Callable[[Tx], list[str]]) -> None:
    """Run `free`, which lets messages wait again and names their queues, and wake who may take them."""
    database.write(lambda tx: wake.announce(tx, Counter(free(tx))), durable=False)
