"""Which deliveries of one channel still wait for an answer.

Delivery tags count from 1 on each channel, so a late answer must never reach the next one:
it would settle another message (seen with dramatiq 2.2.1 after a channel was closed by 406).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Receipt(NamedTuple):
    """A delivery tag and the generation of the channel it is valid on."""

    generation: int
    tag: int


class Unsettled:
    """The open delivery tags of the channel of one generation, in order of arrival."""

    def __init__(self, generation: int) -> None:
        self.generation = generation
        self._tags: dict[int, None] = {}

    def arrived(self, tag: int) -> Receipt:
        self._tags[tag] = None
        return Receipt(self.generation, tag)

    def open(self, receipt: Receipt) -> bool:
        """False for a receipt of an earlier channel, and for one that was answered."""
        return receipt.generation == self.generation and receipt.tag in self._tags

    def settle(self, receipts: Iterable[Receipt]) -> list[int]:
        """The tags to answer one by one; those of an earlier channel are left out."""
        tags = [receipt.tag for receipt in receipts if self.open(receipt)]
        for tag in tags:
            del self._tags[tag]
        return tags

    def settle_together(self, receipts: Iterable[Receipt]) -> Iterator[tuple[int, bool]]:
        """The same as (tag, multiple) with as few answers as possible.

        ``multiple`` answers every open tag up to this one (AMQP 0-9-1, basic.ack), so it is used
        for the longest run of oldest tags that are all meant.
        """
        meant = {receipt.tag for receipt in receipts if self.open(receipt)}
        oldest = 0
        for tag in self._tags:
            if tag not in meant:
                break
            oldest = tag
        if oldest:
            yield oldest, True
        yield from ((tag, False) for tag in sorted(meant) if tag > oldest)
        for tag in meant:
            del self._tags[tag]
