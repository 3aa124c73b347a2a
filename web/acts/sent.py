"""Publishing what an act has granted; the broker's libraries are loaded only when there is something."""

from __future__ import annotations

from collections.abc import Sequence

from coordinator.grants import RunMessage
from node.site import Site


def send(site: Site, messages: Sequence[RunMessage]) -> bool:
    """Tell the workers of granted runs, after the commit.

    False when the broker is away: the sweep tells them later, so nothing is lost.
    """
    if not messages:
        return True
    from broker.connect import connect
    from broker.publish import Publisher

    broker = connect(site.settings.broker.url)
    try:
        return Publisher(broker).runs(messages)
    finally:
        broker.close()
