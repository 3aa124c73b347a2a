"""Turns run messages into claimed runs: one compare-and-set each, one transaction for a batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dramatiq import Message

from coordinator.grants import Here
from store import database
from store.run.claimed import claim
from store.tx import Tx


class RunClaims:
    """Claims for one process. See `broker.transport.Claimer`."""

    def __init__(self, here: Here, now: Callable[[], float]) -> None:
        self._here = here
        self._now = now

    def __call__(self, messages: Sequence[Message[Any]]) -> Mapping[str, object]:
        """{message id: claimed run} of those that were ours to take. Raises DatabaseAway."""

        def work(tx: Tx) -> Mapping[str, object]:
            tx.last()
            return self.claim_in(tx, messages)

        return database.write(work, durable=False)

    def claim_in(self, tx: Tx, messages: Sequence[Message[Any]]) -> Mapping[str, object]:
        """The same within a transaction of the caller's."""
        wanted = [(message.kwargs["run"], message.kwargs["fence"]) for message in messages]
        claimed = claim(tx, wanted, process_id=self._here.process_id, node=self._here.node, now=self._now())
        by_fence = dict(claimed)
        answer: dict[str, object] = {}
        for message in messages:
            run = by_fence.get(message.kwargs["fence"])
            if run is not None and run.run_id == message.kwargs["run"]:
                answer[message.message_id] = run
                del by_fence[run.fence]  # a message twice in a batch starts once
        return answer
