"""Two nodes of one name would bury each other's runs: the second is refused while the first lives."""

from __future__ import annotations

import os
import platform
import threading

from node.site import Site
from store import database, process
from store.errors import DatabaseError

#: Seconds between two looks at the other's lease.
LOOK = 0.2


class NodeTaken(DatabaseError):
    """A node of this name lives."""


def refuse_living(site: Site) -> None:
    """Raise NodeTaken if a system worker of this node's name renews its lease.

    One whose process is gone from this machine is no obstacle; of one elsewhere we wait for a sign
    of life, for a full lease.
    """
    name = site.settings.node.name
    rows = [
        row for row in process.details(database.read()) if row["node"] == name and row["kind"] == "system"
    ]
    host = _host(name)
    before = {row["id"]: row["renewal"] for row in rows if host != platform.node() or _lives(row["pid"])}
    if not before:
        return
    pause = threading.Event()
    for _ in range(int(site.rules.lease / LOOK) + 1):
        pause.wait(LOOK)
        now = {row.id: row.renewal for row in process.live(database.read())}
        if any(now.get(one, renewal) != renewal for one, renewal in before.items()):
            raise NodeTaken(f"node {name} is up on {host}: give this one another [node] name")
        before = {one: renewal for one, renewal in before.items() if one in now}
        if not before:
            return


def _host(name: str) -> str:
    return str(database.read().value("SELECT host FROM node WHERE name = ?", (name,)) or "")


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
