"""What stands above every listing of a site: its name, zone and clock, and whether anything can start."""

from __future__ import annotations

from typing import Any

from domain.time.clock import rfc3339
from node.site import Site
from store import node, setting
from store.tx import Tx

Shown = dict[str, Any]


def glance(site: Site, tx: Tx) -> Shown:
    """``{name, zone, now, maintenance, nodes_up}``; maintenance is None or ``{since, reason}``."""
    stopped = setting.get(tx, "maintenance")
    return {
        "name": site.settings.site.name,
        "zone": site.zone.key,
        "now": rfc3339(site.clock.now()),
        "maintenance": stopped and {"since": rfc3339(stopped["at"]), "reason": stopped.get("reason")},
        "nodes_up": sum(row["state"] == "up" for row in node.rows(tx)),
    }
