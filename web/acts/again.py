"""Running something again: a new run with the arguments of an earlier one."""

from __future__ import annotations

import json

from node.site import Site
from store import database
from store.run import lookup
from web.acts.force import Forced, force
from web.acts.named import usable
from web.acts.refusal import Refusal


def again(site: Site, run_id: int, *, by: str, key: str | None = None) -> Forced:
    """Ask for a run like this one: same service, arguments and step, on the same node if it has to be one.

    Raises Refusal (unknown_run, and those of `web.acts.force.force`), DatabaseAway.
    """
    row = lookup.by_id(database.read(), [run_id]).get(run_id)
    if row is None:
        raise Refusal("unknown_run", f"there is no run {run_id}: `tickworks runs` lists them")
    each = usable(site, row["service"]).instances == "each"
    return force(
        site,
        row["service"],
        by=by,
        args=json.loads(row["args"]),
        node=row["for_node"] or (row["node"] if each else None) or None,
        step=None if row["step"] is None else str(row["step"]),
        reason=f"run {run_id} again",
        key=key,
    )
