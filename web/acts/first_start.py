"""What a new site is offered, until somebody takes it or goes on without."""

from __future__ import annotations

from node.site import Site
from store import change, database, setting
from store.tx import Tx
from web.shown.first_start import SETTING


def dismiss(site: Site, *, by: str) -> bool:
    """Begin with the empty site: nothing is offered any more, to anybody. False if that was so already."""
    now = site.clock.now()

    def work(tx: Tx) -> bool:
        if setting.get(tx, SETTING) is not None:
            return False
        setting.put(tx, SETTING, {"taken": "empty", "by": by, "at": now}, now)
        change.record(tx, actor=by, action="first start", target="site", now=now, after={"taken": "empty"})
        return True

    return database.write(work)
