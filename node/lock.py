"""One agent for a node on a machine: a file lock that ends with its process."""

from __future__ import annotations

import fcntl
import os

from node.site import Site


class NodeRuns(Exception):
    """An agent of this node runs on this machine already."""


def take_lock(site: Site) -> int:
    """The handle of the lock file; children must close theirs. Raises NodeRuns."""
    folder = site.settings.var / "run"
    folder.mkdir(parents=True, exist_ok=True)
    name = site.settings.node.name
    handle = os.open(folder / f"node-{name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise NodeRuns(
            f"node {name} runs on this machine already: stop it, or give this one another [node] name"
        ) from None
    return handle
