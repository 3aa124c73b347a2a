"""The system worker: requests and the coordinator, apart from all services.

It imports no service code to execute, so that a grant or a request never waits behind one.
"""

from __future__ import annotations

import logging
import os
import select
from collections.abc import Callable, Sequence
from functools import partial

from actors import job_kinds
from broker import callers
from broker.connect import connect
from broker.declare import declare_look_again
from broker.publish import Publisher
from broker.queues import COORDINATOR, REQUESTS
from broker.request_actor import Requests
from broker.worker import Worker
from coordinator.alerts import Evaluator
from coordinator.request_keys import forget_keys
from coordinator.sweep import INTERVAL, Sweeper, Swept
from node.burial import bury
from node.child import RELOAD, Child, Lease, Stop, enter, leave
from node.deaths import Death
from node.order import Order, send
from node.reconcile import Reconciler
from node.site import active_profiles
from store import database, node, rejected, setting
from store.errors import DatabaseError

logger = logging.getLogger(__name__)

#: So many requests by message share a transaction when they come fast.
AT_ONCE = 64


def main(child: Child) -> int:
    """Run until told to stop. The exit code; RELOAD when the profiles were changed."""
    return System(child).run()


class System:
    """The parts of the system worker and its main loop."""

    def __init__(self, child: Child) -> None:
        self._child = child
        self._stop = Stop()
        self._clock = child.site.clock
        self._unread = b""
        self._away = False
        self._keys_at = 0.0
        self._reload = False
        self._size: dict[str, int] | None = None
        self._reconciler = Reconciler(child)
        self._alerts = self._evaluator()

    def run(self) -> int:
        """Serve until told to stop."""
        process_id = enter(self._child, self._stop)
        if process_id is None:
            return 0
        agent = self._child.incarnation.rsplit(".", 1)[0]
        lease = Lease(self._child, process_id, lambda: self._seen(agent))
        lease.start()
        rules = self._child.site.rules
        self._sweeper = Sweeper(rules, self._clock.now, self._clock.monotonic, lambda: lease.renewed)
        broker = connect(self._child.site.settings.broker.url)
        broker.on_rejected = self._rejected
        self._publisher = Publisher(broker)
        site = self._child.site
        requests = Requests(site.catalogue, site.rules, self._clock.now, self._publisher)
        requests.declare(broker)
        declare_look_again(broker, lambda: self._safely(self._look))
        worker = Worker(
            broker,
            queues=[COORDINATOR, REQUESTS],
            worker_threads=1,  # for "look again": requests need none
            take=requests.take,
            at_once=AT_ONCE,
        )
        worker.start()
        self._serve()
        worker.stop(2000)
        lease.stop()
        broker.close()
        callers.close()
        leave(self._child, process_id)
        return RELOAD if self._reload else 0

    def _serve(self) -> None:
        """Sweep every INTERVAL, look at the leases between, bury at once whom the agent has seen end."""
        next_sweep = next_leases = 0.0
        while not self._stop.is_set():
            buried = self._read_deaths(max(0.0, min(next_sweep, next_leases) - self._clock.monotonic()))
            if buried:
                self._safely(partial(self._bury, buried))
            if self._clock.monotonic() >= next_sweep:
                self._safely(self._sweep)
                self._safely(self._alerts.look)
                next_sweep = self._clock.monotonic() + INTERVAL
            elif self._clock.monotonic() >= next_leases:
                self._safely(self._leases)
            next_leases = self._sweeper.next_leases()
        while buried := self._read_deaths(0.0):
            self._safely(partial(self._bury, buried))

    def _read_deaths(self, wait: float) -> list[Death]:
        """Children the agent has waited for (waitpid): proof that they are gone."""
        pipe = self._child.deaths
        if pipe is None:
            self._stop.wait(wait)
            return []
        ready, _, _ = select.select([pipe], [], [], min(wait, INTERVAL))
        if not ready:
            return []
        data = os.read(pipe, 65_536)
        if not data:
            self._stop.set()  # the agent is gone
        *lines, self._unread = (self._unread + data).split(b"\n")
        return [Death.read(line.decode()) for line in lines]

    def _bury(self, deaths: Sequence[Death]) -> None:
        rules, now = self._child.site.rules, self._clock.now()
        self._publisher.write(
            lambda tx: bury(tx, deaths, self._child.node, self._reconciler, rules, now), list
        )

    def _look(self) -> None:
        self._publisher.runs(self._sweeper.look())

    def _leases(self) -> None:
        self._tell(self._sweeper.leases())

    def _tell(self, swept: Swept) -> None:
        for name in swept.lost:
            logger.error("%s is lost: its lease is over", name)
        self._publisher.runs(swept.messages)

    def _sweep(self) -> None:
        self._tell(self._sweeper.sweep())
        self._resize()
        self._reconciler.reconcile()
        site = self._child.site
        if active_profiles(site.settings, setting.get(database.read(), "profiles")) != site.profiles:
            logger.info("the profiles were changed: the node starts anew with them")
            self._reload = True
            self._stop.set()
        if self._clock.monotonic() - self._keys_at > 3600:
            self._keys_at = self._clock.monotonic()
            database.write(lambda tx: forget_keys(tx, self._clock.now()))

    def _resize(self) -> None:
        """Tell the agent how many processes and threads an operator wants here."""
        wanted = setting.get(database.read(), f"size {self._child.node}")
        if wanted and wanted != self._size and self._child.orders >= 0:
            send(self._child.orders, Order("size", data=wanted))
            self._size = wanted

    def _evaluator(self) -> Evaluator:
        site = self._child.site
        kinds = job_kinds.load(site.profiles, site.settings.catalogue.modules)
        services = {name: kind.service for name, kind in kinds.items()}
        return Evaluator(site.rules, site.zone, self._clock.now, self._clock.monotonic, services)

    def _rejected(self, queue: str, body: bytes, reason: str) -> None:
        now = self._clock.now()
        database.write(lambda tx: rejected.keep(tx, queue, body, reason, now))

    def _seen(self, agent: str) -> None:
        database.write(lambda tx: node.seen(tx, self._child.node, agent, self._clock.now()), durable=False)

    def _safely(self, work: Callable[[], object]) -> None:
        try:
            work()
        except DatabaseError as error:
            if not self._away:
                logger.warning("the coordinator waits for the database: %s", error)
            self._away = True
            self._stop.wait(0.5)
        except Exception:
            logger.exception("the sweep failed; it is repeated")
        else:
            if self._away:
                logger.info("the coordinator goes on: the database is back")
            self._away = False
