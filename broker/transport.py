"""What the engine asks of a broker; RabbitMQ, the database and the stub all give it.

The broker carries hints and the database is the truth: a run message is published without
confirmation and acknowledged as soon as its claim is committed, before the service's code
runs. Losing messages costs seconds, until a sweep repeats them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from dramatiq import Actor, Message

from broker.feed import Feed
from broker.intake import Intake, OnRejected
from store.tx import Tx


class Claimer(Protocol):
    """A `Claim` that can also join a transaction; give one to a worker, and any broker may run it.

    Both get the run messages of one batch and return {message_id: what was claimed}. Only the
    database broker uses `claim_in`: there the fetch is the claim, in one commit. It may be called
    again after a rollback, and by another thread, so it must keep nothing but what it returns.
    """

    def __call__(self, messages: list[Message[Any]], /) -> Mapping[str, object]:
        """Claim in a transaction of its own."""

    def claim_in(self, tx: Tx, messages: list[Message[Any]]) -> Mapping[str, object]:
        """Claim in `tx`."""


class Transport(Protocol):
    """A dramatiq broker with one intake per process instead of a consumer per queue.

    `on_rejected` is called with (queue, body, reason) for every rejected message, by the intake's
    thread; it must be quick. Every method may be called by any thread.
    """

    actors: dict[str, Any]
    on_rejected: OnRejected | None

    def get_actor(self, actor_name: str) -> Actor[..., Any]:
        """Raises dramatiq.errors.ActorNotFound."""

    def declare_queue(self, queue_name: str) -> None:
        """Make a queue known; it need not be there yet."""

    def open_intake(self, feed: Feed) -> Intake:
        """An intake of these queues, not started yet. `broker.worker.Worker` calls this."""

    def enqueue(self, message: Message[Any], *, delay: int | None = None) -> Message[Any]:
        """Publish one message to its queue, without confirmation.

        Raises BrokerUnreachable, and ValueError for a `delay`: delays live in the database.
        """

    def enqueue_many(self, messages: Sequence[Message[Any]]) -> None:
        """The same for several, in order, in fewer steps. Raises BrokerUnreachable."""

    def enqueue_in(self, tx: Tx, messages: Sequence[Message[Any]]) -> bool:
        """Add them in a transaction of the caller's; False where they must be sent after its commit."""

    def reachable(self) -> bool:
        """True if a message could be published now."""

    def depths(self) -> dict[str, int]:
        """Ready messages per queue that this process has declared or used, 0 for a missing one.

        Raises BrokerUnreachable.
        """

    def close(self) -> None:
        """Send what was published and let go of all connections; may be called twice."""
