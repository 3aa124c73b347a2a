"""A run of more than 20 minutes, in a child process of its own.

Its message was acknowledged long ago and its worker thread is free: only its lease, its time limit
and its memory limit watch it.
"""

from __future__ import annotations

import logging
import resource
import threading

from broker.connect import connect
from broker.publish import Publisher
from broker.runner import printed
from broker.runner.engine import Engine
from broker.runner.runner import Runner
from broker.tracing import open_traces
from coordinator.grants import Here
from node.child import HURRY, Child, Stop, answered, enter, leave
from node.order import Order, send
from node.warden import TICK, Warden
from store import database
from store.run.claimed import ClaimedRun
from store.run.taken_over import take_over
from store.tx import Tx

logger = logging.getLogger(__name__)

#: A run that may take longer than this (s) gets a process of its own: RabbitMQ closes the channel of
#: a message that is not acknowledged after 30 minutes, and no worker thread should be gone for so long.
LONG = 1200.0


def hand_off(child: Child, process_id: int, claimed: ClaimedRun) -> bool:
    """Have a long run executed by a child of the agent; False for a run that is not long."""
    if claimed.time_limit <= LONG or child.orders < 0:
        return False
    data = {"run": claimed.run_id, "fence": claimed.fence, "giver": process_id}
    send(child.orders, Order("start", "run", f"run-{claimed.run_id}", data))
    return True


def main(child: Child) -> int:
    """Take the run over, execute it, end. The exit code."""
    stop = Stop()
    process_id = enter(child, stop)
    if process_id is None:
        return 0
    whose = {"giver": child.data["giver"], "taker": process_id}

    def work(tx: Tx) -> ClaimedRun | None:
        return take_over(tx, child.data["run"], child.data["fence"], **whose, now=child.site.clock.now())

    claimed = answered(child, stop, lambda: database.write(work))
    if claimed is None:
        leave(child, process_id, "its run went another way")
        return 0
    printed.install()
    services = child.site.services
    limit = services[claimed.service].memory_limit
    if limit is not None:
        resource.setrlimit(resource.RLIMIT_AS, (limit << 20, limit << 20))
    broker = connect(child.site.settings.broker.url)
    wardens: list[Warden] = []
    traces = open_traces(child.node, child.site.clock.now)
    runner = Runner(
        Engine(
            services=services,
            # It takes nothing after its run: the next waiter belongs to a worker.
            here=Here(process_id, child.node, frozenset(), frozenset()),
            rules=child.site.rules,
            clock=child.site.clock,
            log_folder=child.site.settings.logs.dir,
            publisher=Publisher(broker),
            started=lambda run: wardens[0].post(run),
            ended=lambda run: wardens[0].post(run),
            traces=traces,
        )
    )
    wardens.append(Warden(child, process_id, runner))
    wardens[0].start()
    thread = threading.Thread(target=runner.execute, args=(claimed,), name="run", daemon=True)
    thread.start()
    _watch(child, stop, runner, wardens[0], thread)
    wardens[0].stop()
    broker.close()
    traces.close()
    leave(child, process_id, "its run has ended")
    return 0


def _watch(child: Child, stop: Stop, runner: Runner, warden: Warden, thread: threading.Thread) -> None:
    """Until the run has ended: limits and leases; a stop of the node gives it the time to drain."""
    clock = child.site.clock
    deadline: float | None = None
    while thread.is_alive():
        warden.tick()
        if stop.is_set() and deadline is None:
            patience = child.site.settings.node.drain_timeout
            deadline = clock.monotonic() + (min(patience, HURRY) if stop.hurried else patience)
        if deadline is not None and clock.monotonic() >= deadline:
            for run in runner.active.all():
                run.ask_to_stop("drain", clock.monotonic())
        thread.join(TICK)
