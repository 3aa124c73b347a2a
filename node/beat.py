"""The process of the beat."""

from __future__ import annotations

import threading

from broker.connect import connect
from broker.declare import declare
from broker.publish import Publisher
from broker.transport import Transport
from coordinator.grants import grant_pass
from node.child import Child, Lease, Stop, enter, leave
from schedules.beat import Beat
from store import database


def main(child: Child) -> int:
    """Tick until told to stop. The exit code."""
    stop = Stop()
    process_id = enter(child, stop)
    if process_id is None:
        return 0
    lease = Lease(child, process_id)
    lease.start()
    site = child.site
    broker = connect(site.settings.broker.url)
    actors = declare(broker, site.services.values(), _never, _never)
    beat = Beat(
        list(actors.values()),
        zone=site.zone,
        clock=site.clock,
        grant=lambda tx, runs: grant_pass(tx, site.rules, site.clock.now(), runs=runs, last=True).messages,
        write=Publisher(broker).write,
    )
    # The first minute finds the broker connected; one that hangs keeps nothing waiting here.
    threading.Thread(target=_connect, args=(broker,), name="connect", daemon=True).start()
    thread = threading.Thread(target=beat.loop, name="beat", daemon=True)
    thread.start()
    while not stop.wait(1.0) and thread.is_alive():
        pass
    beat.stop()
    thread.join(5)
    lease.stop()
    broker.close()
    leave(child, process_id)
    return 0 if stop.is_set() else 1


def _connect(broker: Transport) -> None:
    broker.reachable()
    database.drop_connection()


def _never(*_: object) -> None:
    raise AssertionError("the beat executes nothing")
