"""The web process: serves the page from a socket that its agent has opened."""

from __future__ import annotations

import gc
import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from broker import callers
from node.child import Child, Lease, Pulse, Stop, enter, leave
from store import database, process
from store.errors import DatabaseAway

logger = logging.getLogger(__name__)

#: Seconds that open requests get when the process is told to stop.
GRACE = 1


def main(child: Child, listener: socket.socket) -> int:
    """Serve until told to stop. The exit code.

    The libraries are imported here, after the fork: no other process needs them.
    """
    # On a busy machine what follows takes longer than a process may be silent.
    pulse = Pulse(child)
    pulse.start()
    import uvicorn

    from web.app import build

    class Server(uvicorn.Server):
        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            yield  # signals are for Stop

    stop = Stop()
    config = uvicorn.Config(
        build(child.site, listener.getsockname()[0]),
        log_config=None,
        access_log=False,
        proxy_headers=False,  # only those of a configured proxy count: web.access.arrival
        lifespan="on",
        timeout_graceful_shutdown=GRACE,
        server_header=False,
    )
    # All that was imported stays: a full collection that looks at it again holds up an answer for 80 ms.
    gc.collect()
    gc.freeze()
    server = Server(config)
    threading.Thread(target=_watch, args=(stop, server), name="stop", daemon=True).start()
    port = listener.getsockname()[1]
    registered = threading.Thread(
        target=_register, args=(child, stop, pulse, port), name="lease", daemon=True
    )
    registered.start()
    server.run(sockets=[listener])
    stop.set()
    registered.join(2)
    callers.close()
    return 0


def _watch(stop: Stop, server: object) -> None:
    """Tell the server to end once this process should."""
    while not stop.wait(3600):
        pass
    server.should_exit = True  # type: ignore[attr-defined]


def _register(child: Child, stop: Stop, pulse: Pulse, port: int) -> None:
    """Take part in the leases for as long as the process lives; the page is up before the database is."""
    process_id = enter(child, stop)
    if process_id is None:
        return
    lease = Lease(child, process_id, pulse=pulse)
    lease.start()
    with suppress(DatabaseAway):  # then the port of the settings is what others know of
        database.write(lambda tx: process.listens(tx, process_id, port))
    while not stop.wait(3600):
        pass
    lease.stop()
    leave(child, process_id)
