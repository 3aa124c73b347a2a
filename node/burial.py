"""What follows when the agent has seen its children end: proof that they are gone."""

from __future__ import annotations

from collections.abc import Sequence

from coordinator import rescue
from coordinator.grants import RunMessage
from coordinator.world import Rules
from node.deaths import Death
from node.reconcile import Reconciler
from store.tx import Tx


def bury(
    tx: Tx, deaths: Sequence[Death], node: str, reconciler: Reconciler, rules: Rules, now: float
) -> list[RunMessage]:
    """End the runs that these processes of the node had, and say what follows for daemons; who goes next."""
    messages: list[RunMessage] = []
    for death in deaths:
        reconciler.ended(tx, death.incarnation, death.how)
        rows = tx.all(
            """SELECT id, state FROM process
               WHERE node = ? AND incarnation = ? AND state IN ('up', 'draining')""",
            (node, death.incarnation),
        )
        # One that is killed right after it was asked to end has not come to say that it drains.
        drained = death.asked or all(row[1] == "draining" for row in rows)
        messages += rescue.bury(
            tx,
            [row[0] for row in rows],
            rules,
            state="ended",
            reason=death.how,
            now=now,
            ended="drained" if drained else "lost",
        )
    return messages
