"""A message in work, and what its claim makes of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from dramatiq import Message
from dramatiq.broker import MessageProxy

from broker.decode import Raw, is_run


class Delivery(MessageProxy):
    """A message in work. `settled` is true once the broker needs no answer for it any more."""

    def __init__(self, message: Message[Any], raw: Raw) -> None:
        super().__init__(message)
        self.raw = raw
        self.settled = False

    @property
    def message(self) -> Message[Any]:
        return self._message

    @property
    def error(self) -> BaseException | None:
        """What its actor raised; known until the worker thread has handed the delivery back."""
        return self._exception

    def stand_for(self, error: Exception | None) -> None:
        """Be as if its actor had raised this; None: had returned."""
        if error is not None:
            self.stuff_exception(error)

    def carry(self, claimed: object) -> None:
        """Give the actor what was claimed, in place of the run's numbers."""
        self._message = dataclasses.replace(self._message, kwargs={"claimed": claimed})


def runs_of(batch: Sequence[Delivery]) -> list[Message[Any]]:
    """The messages in `batch` that must be claimed before they start."""
    return [delivery.message for delivery in batch if is_run(delivery.message)]


def sort_out(batch: Sequence[Delivery], claims: Mapping[str, object] | None) -> list[Delivery]:
    """The deliveries to start, in order; the claimed and the stale ones become settled.

    `claims` is {message_id: what was claimed}; None means that nobody claims here, and all start.
    """
    ready = []
    for delivery in batch:
        if claims is None or not is_run(delivery.message):
            ready.append(delivery)
            continue
        delivery.settled = True
        if delivery.message_id in claims:
            delivery.carry(claims[delivery.message_id])
            ready.append(delivery)
    return ready
