"""One turn of the calculator: a batch, begun or taken up again, from its first part to its end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from actors.calculating.books import Books
from actors.calculating.elsewhere import Elsewhere
from actors.calculating.pool import Here, Pool
from actors.calculating.shard import Order, Reply
from store import database
from store.calls import batch, chunk
from store.calls.batch import Batch

#: Rounds over the open parts of a batch before the turn is given up; the next one goes on.
ROUNDS = 5


class TurnFailed(Exception):
    """A part could not be done; its text says why. The batch stays open for the next turn."""


@dataclass(frozen=True, slots=True)
class Turn:
    """How a node takes its turns. `most`: legs of a batch; `shards`: parts of a new one, to be done here.

    `elsewhere`: the nodes that may do more parts; None for a node that works alone.
    """

    node: str
    most: int
    shards: int
    books: Books
    pool: Pool | Here
    now: Callable[[], float]
    elsewhere: Elsewhere | None = None

    def wanted(self) -> bool:
        """Whether there is anything to do: looked at without the group."""
        tx = database.read()
        return chunk.waits(tx) or batch.unfinished(tx) is not None

    def take(self, fence: int, look: Callable[[], object]) -> dict[str, int] | None:
        """Rate one batch under this fence; what it came to, None if nothing waits.

        Empty if the batch is to be gone on with, under a new fence.

        `look` is called now and then and may raise. Raises TurnFailed.
        """
        taken, again = self._batch(fence)
        if taken is None:
            return None
        for _ in range(ROUNDS):
            undone = batch.undone(database.read(), taken.id)
            if not undone:
                break
            replies, helped = self._round(taken, undone, fence, again, look)
            again = True
            if said := next((reply.text for reply in replies if reply.state == "failed"), ""):
                raise TurnFailed(said)
            if helped:
                # Somebody may still rate by the book of this round: only a new fence keeps that out.
                if batch.undone(database.read(), taken.id):
                    return {}
                break
            if any(reply.state == "gone" for reply in replies):
                raise TurnFailed("the batch was taken up by another turn")
        else:
            if batch.undone(database.read(), taken.id):
                raise TurnFailed("the rates change faster than a batch is rated")
        ended = database.write(lambda tx: batch.finish(tx, taken.id, fence, self.now()))
        if not ended:
            raise TurnFailed("the batch was taken up by another turn")
        return {"legs": taken.legs, **batch.counts(database.read(), taken.id)}

    def _batch(self, fence: int) -> tuple[Batch | None, bool]:
        """The batch of this turn, and whether an earlier turn had begun it."""
        open_one = batch.unfinished(database.read())
        if open_one is not None:
            ours = database.write(lambda tx: batch.take_up(tx, open_one.id, fence, self.node))
            if not ours:
                raise TurnFailed("the batch was taken up by another turn")
            return open_one, True
        also = worth = 0
        if self.elsewhere is not None:
            also, worth = len(self.elsewhere.workers(self.books.version())), self.elsewhere.worth
        begun = database.write(
            lambda tx: batch.begin(
                tx,
                fence=fence,
                node=self.node,
                most=self.most,
                shards=self.shards,
                now=self.now(),
                also=also,
                worth=worth,
            )
        )
        return begun, False

    def _round(
        self, taken: Batch, undone: list[int], fence: int, again: bool, look: Callable[[], object]
    ) -> tuple[list[Reply], bool]:
        """The replies of our own parts, and whether another node was told of one."""
        version = self.books.version()
        orders = [
            Order(
                batch=taken.id,
                shard=shard,
                shards=taken.shards,
                fence=fence,
                version=version,
                node=self.node,
                again=again and shard == undone[0],
                now=self.now(),
            )
            for shard in undone
        ]
        told: list[Order] = []
        if self.elsewhere is not None and taken.legs >= self.elsewhere.worth:
            told = self.elsewhere.tell(orders[self.pool.size :])
        replies = self.pool.do([order for order in orders if order not in told], look)
        if self.elsewhere is None or not told:
            return replies, False
        if all(reply.state == "done" for reply in replies) and (left := self.elsewhere.wait(told, look)):
            replies += self.pool.do(left, look)
        return replies, True
