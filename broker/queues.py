"""The names of the queues: one per set of roles, one per node, and four fixed ones."""

from __future__ import annotations

from collections.abc import Iterable

EXCHANGE = "tickworks"
REQUEST_KEYS = "run.*"
COORDINATOR = "tickworks.coordinator"
REQUESTS = "tickworks.requests"
REJECTED = "tickworks.requests.rejected"
REQUEST_ACTOR = "tickworks.request"


def run_queue(roles: Iterable[str]) -> str:
    """The queue of runs that any node with one of these roles may take.

    Raises ValueError without a role: such a queue would have no consumer.
    """
    names = sorted(set(roles))
    if not names:
        raise ValueError("a run queue needs at least one role; give the service its roles")
    return "tickworks.run." + "+".join(names)


def node_queue(node: str) -> str:
    """The queue of work that is bound to one node."""
    return f"tickworks.node.{node}"
