"""Publishing what an act has granted; the broker's libraries are loaded only when there is something."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from coordinator.grants import RunMessage
from coordinator.requested import Accepted
from node.site import Site
from store.tx import Tx

if TYPE_CHECKING:
    from broker.publish import Publisher


def write(site: Site, work: Callable[[Tx], Accepted]) -> Accepted:
    """Do what nearly always grants a run, and tell the workers, in the same transaction where that can be."""
    with _publisher(site) as publisher:
        return publisher.write(work)


def send(site: Site, messages: Sequence[RunMessage]) -> bool:
    """Tell the workers of granted runs, after the commit.

    False when the broker is away: the sweep tells them later, so nothing is lost.
    """
    if not messages:
        return True
    with _publisher(site) as publisher:
        return publisher.runs(messages)


@contextmanager
def _publisher(site: Site) -> Iterator[Publisher]:
    from broker.connect import connect
    from broker.publish import Publisher

    broker = connect(site.settings.broker.url)
    try:
        yield Publisher(broker)
    finally:
        broker.close()
