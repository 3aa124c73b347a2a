"""Publishing what was granted: one message a run, to the queue of its roles or of its node.

A broker that cannot be reached costs no run: the sweep tells every unclaimed grant again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import Any, Protocol, TypeVar

from dramatiq import Message

from broker.errors import BrokerUnreachable
from broker.queues import COORDINATOR, node_queue, run_queue
from broker.transport import Transport
from coordinator.grants import RunMessage
from store import database
from store.errors import DatabaseError
from store.tx import Tx

Written = TypeVar("Written")

logger = logging.getLogger(__name__)

LOOK_AGAIN_ACTOR = "tickworks.look_again"
HINT_ACTOR = "tickworks.hint"


def message_for(run: RunMessage) -> Message[Any]:
    """The dramatiq message that tells workers of a granted run."""
    queue = node_queue(run.for_node) if run.for_node else run_queue(run.roles.split())
    kwargs = {"run": run.run_id, "fence": run.fence}
    return Message(queue_name=queue, actor_name=run.service, args=(), kwargs=kwargs, options={})


class Telling(Protocol):
    """How a process tells the workers of what it grants: `Publisher`, or what a test listens with."""

    def runs(self, runs: Sequence[RunMessage], /) -> bool:
        """See `Publisher.runs`."""

    def write(
        self,
        work: Callable[[Tx], Written],
        /,
        granted: Callable[[Written], Sequence[RunMessage]] = ...,
        *,
        durable: bool = ...,
    ) -> Written:
        """See `Publisher.write`."""


class Publisher:
    """Sends run messages; tells of a broker that is away once, and once when it is back."""

    def __init__(self, broker: Transport) -> None:
        self._broker = broker
        self._away = False

    def runs(self, runs: Sequence[RunMessage]) -> bool:
        """Publish; False when the broker is away and the sweep must do it."""
        return not runs or self._send([message_for(run) for run in runs])

    def write(
        self,
        work: Callable[[Tx], Written],
        granted: Callable[[Written], Sequence[RunMessage]] = attrgetter("messages"),
        *,
        durable: bool = True,
    ) -> Written:
        """`database.write` of work that grants, and tell the workers: `granted` finds whom in its result.

        Where the broker lies in the database, the messages are written in the same transaction.
        """
        untold: list[Message[Any]] = []

        def grant_and_tell(tx: Tx) -> Written:
            written = work(tx)
            untold[:] = map(message_for, granted(written))
            if untold and not tx.ended and self._broker.enqueue_in(tx, untold):
                untold.clear()
            return written

        written = database.write(grant_and_tell, durable=durable)
        if untold:
            self._send(untold)
        return written

    def look_again(self) -> bool:
        """Ask the coordinator for a grant pass."""
        kwargs: dict[str, Any] = {}
        message: Message[Any] = Message(
            queue_name=COORDINATOR, actor_name=LOOK_AGAIN_ACTOR, args=(), kwargs=kwargs, options={}
        )
        return self._send([message])

    def hint(self, node: str, service: str, words: Mapping[str, Any]) -> bool:
        """Tell the workers of `node` of a part of a service's work; False when the broker is away."""
        kwargs = {"service": service, "words": dict(words)}
        message: Message[Any] = Message(
            queue_name=node_queue(node), actor_name=HINT_ACTOR, args=(), kwargs=kwargs, options={}
        )
        return self._send([message])

    def _send(self, messages: Sequence[Message[Any]]) -> bool:
        try:
            self._broker.enqueue_many(messages)
        except (BrokerUnreachable, DatabaseError) as error:
            if not self._away:
                logger.warning("messages wait for the broker: %s", error)
            self._away = True
            return False
        if self._away:
            logger.info("the broker is back: messages are sent again")
            self._away = False
        return True
