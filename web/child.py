"""The web process: serves the page from a socket that its agent has opened."""

from __future__ import annotations

import gc
import logging
import socket
import threading
from collections.abc import Callable, Iterator
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
    app = build(child.site, listener.getsockname()[0])
    config = uvicorn.Config(
        app,
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

    def end() -> None:
        # Streams first: the server would wait its whole grace for them, and break them off in the end.
        app.state.hub.close()
        app.state.feed.close()
        server.should_exit = True

    threading.Thread(target=_watch, args=(stop, end), name="stop", daemon=True).start()
    served = threading.Event()
    registered = threading.Thread(
        target=_register, args=(child, stop, served, pulse, listener), name="lease", daemon=True
    )
    registered.start()
    server.run(sockets=[listener])
    stop.set()
    served.set()
    registered.join(2)
    callers.close()
    return 0


def _watch(stop: Stop, end: Callable[[], None]) -> None:
    """End the server once this process should."""
    while not stop.wait(3600):
        pass
    end()


def _register(
    child: Child, stop: Stop, served: threading.Event, pulse: Pulse, listener: socket.socket
) -> None:
    """Take part in the leases until all is served; the page is up before the database is.

    Leaving closes the database, which the last answers still read.
    """
    port = listener.getsockname()[1]
    process_id = enter(child, stop)
    if process_id is None:
        return
    lease = Lease(child, process_id, pulse=pulse)
    lease.start()
    with suppress(DatabaseAway):  # then the port of the settings is what others know of
        database.write(lambda tx: process.listens(tx, process_id, port))
    served.wait()
    lease.stop()
    leave(child, process_id)
