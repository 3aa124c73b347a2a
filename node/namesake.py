"""Two nodes of one name would bury each other's runs: the second is refused while the first lives."""

from __future__ import annotations

import platform
import threading

import psutil

from node.site import Site
from store import database, process
from store.errors import DatabaseError

#: Seconds between two looks at the other's lease.
LOOK = 0.2


class NodeTaken(DatabaseError):
    """A node of this name lives."""


def refuse_living(site: Site) -> None:
    """Raise NodeTaken if a system worker of this node's name renews its lease.

    One whose process is gone from this machine is no obstacle, nor one that goes while we look; of one
    elsewhere we wait for a sign of life, for a full lease.
    """
    name = site.settings.node.name
    rows = [
        row for row in process.details(database.read()) if row["node"] == name and row["kind"] == "system"
    ]
    host = _host(name)
    pids = {row["id"]: row["pid"] for row in rows if host == platform.node()}
    before = {row["id"]: row["renewal"] for row in rows if _may_live(pids.get(row["id"]))}
    if not before:
        return
    pause = threading.Event()
    for _ in range(int(site.rules.lease / LOOK) + 1):
        pause.wait(LOOK)
        now = {row.id: row.renewal for row in process.live(database.read())}
        if any(now.get(one, renewal) != renewal for one, renewal in before.items()):
            raise NodeTaken(f"node {name} is up on {host}: give this one another [node] name")
        before = {one: renewal for one, renewal in before.items() if one in now and _may_live(pids.get(one))}
        if not before:
            return


def _host(name: str) -> str:
    return str(database.read().value("SELECT host FROM node WHERE name = ?", (name,)) or "")


def _may_live(pid: int | None) -> bool:
    """Whether it may renew a lease again; None is a process of another machine.

    One that has died and that nobody has taken leave of yet (a zombie) never will.
    """
    if pid is None:
        return True
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
