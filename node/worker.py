"""A worker process: threads that execute services, and a main thread that watches them."""

from __future__ import annotations

import logging
import os
from contextlib import suppress
from functools import partial

from broker.claims import RunClaims
from broker.connect import connect
from broker.declare import Help, declare, declare_hints
from broker.publish import Publisher
from broker.queues import node_queue, run_queue
from broker.request_actor import Requests
from broker.runner import printed
from broker.runner.engine import Engine
from broker.runner.runner import Runner
from broker.tracing import open_traces
from broker.worker import Worker
from coordinator.grants import Here
from node.child import HURRY, Child, Stop, enter, leave
from node.long_run import hand_off
from node.warden import TICK, Warden
from store import database, process
from store.errors import DatabaseError

logger = logging.getLogger(__name__)


def main(child: Child) -> int:
    """Run until told to stop; then drain. The exit code."""
    stop = Stop()
    settings = child.site.settings
    process_id = enter(child, stop, slots=settings.node.threads)
    if process_id is None:
        return 0
    printed.install()
    services = child.site.services
    here = Here(process_id, child.node, frozenset(settings.node.roles), frozenset(services))
    broker = connect(settings.broker.url)
    publisher = Publisher(broker)
    wardens: list[Warden] = []
    traces = open_traces(child.node, child.site.clock.now)
    runner = Runner(
        Engine(
            services=services,
            here=here,
            rules=child.site.rules,
            clock=child.site.clock,
            log_folder=settings.logs.dir,
            publisher=publisher,
            started=lambda run: wardens[0].post(run),
            ended=lambda run: wardens[0].post(run),
            hand_off=partial(hand_off, child, process_id),
            traces=traces,
        )
    )
    wardens.append(Warden(child, process_id, runner, lambda on: _take(worker, on)))
    requests = Requests(child.site.catalogue, child.site.rules, child.site.clock.now, publisher)
    declare(broker, services.values(), runner.execute, lambda name, args: _ask(requests, name, args))
    declare_hints(broker, child.node, _helpers(child))
    worker = Worker(
        broker,
        queues=queues(child),
        worker_threads=settings.node.threads,
        claim=RunClaims(here, child.site.clock.now),
    )
    wardens[0].start()
    worker.start()
    publisher.look_again()  # what waited for this node's slots need not wait for a sweep
    while not stop.is_set() and not wardens[0].spent:
        wardens[0].tick()
        stop.wait(TICK)
    patience = settings.node.drain_timeout
    clean = _drain(
        child, process_id, worker, runner, wardens[0], min(patience, HURRY) if stop.hurried else patience
    )
    wardens[0].stop()
    broker.close()
    traces.close()
    if clean:
        leave(child, process_id)
        return 0
    os._exit(1)  # threads that do not stop: the agent buries us, which frees their groups


def _take(worker: Worker, on: bool) -> None:
    if on:
        worker.resume()
    else:
        worker.pause()


def queues(child: Child) -> list[str]:
    """The queues this worker takes from: its node's, and every set of roles it shares one with."""
    mine = set(child.site.settings.node.roles)
    names = {
        run_queue(service.roles) for service in child.site.services.values() if mine & set(service.roles)
    }
    for site_defaults in child.site.settings.service.values():
        roles = site_defaults.given().get("roles", ())
        if mine & set(roles):
            names.add(run_queue(roles))
    return [node_queue(child.node), *sorted(names)]


def _helpers(child: Child) -> dict[str, Help]:
    """Whose hints are followed here. What belongs to a profile that is off is not imported."""
    if "calculator" not in child.site.services:
        return {}
    from actors.calculating.hinted import Hinted

    return {"calculator": Hinted(child.node).rate}


def _ask(requests: Requests, name: str, args: dict[str, object]) -> None:
    requests.ask(name, args)


def _drain(
    child: Child, process_id: int, worker: Worker, runner: Runner, warden: Warden, patience: float
) -> bool:
    """Take nothing new, let runs end, then ask them to stop; whether all did."""
    runner.draining.set()
    try:
        database.write(lambda tx: process.drain(tx, process_id))
    except DatabaseError as error:
        logger.warning("%s drains without the database: %s", child.name, error)
    worker.pause()
    clock = child.site.clock
    deadline = clock.monotonic() + patience
    give_up = deadline + child.site.rules.grace
    while runner.active.all() and clock.monotonic() < give_up:
        if clock.monotonic() >= deadline:
            for run in runner.active.all():
                run.ask_to_stop("drain", clock.monotonic())
        warden.tick()
        runner.active.wait_idle(TICK)
    clean = not runner.active.all()
    worker.stop(1000 if clean else 0)
    with suppress(DatabaseError):
        runner.flush()
    return clean
