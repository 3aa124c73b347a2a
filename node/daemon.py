"""The process of a daemon: its service's function, for as long as it is wanted."""

from __future__ import annotations

import json
import logging
import os
import resource
import threading
import traceback
from typing import Any

from actors import Context, Service
from actors.context import StopRequested
from actors.service import call
from actors.values import build
from broker.connect import connect
from broker.publish import Publisher
from broker.runner import printed
from broker.runner.daemon import DaemonLog, DaemonPorts
from broker.runner.holding import Holding
from broker.runner.run_log import logger_for
from config.urls import EMBEDDED_BROKER
from node.child import LEASE_LOST, Child, Lease, Stop, answered, enter, leave
from store import daemon, database, service
from store.errors import DatabaseError
from store.tx import Tx

logger = logging.getLogger(__name__)

#: Seconds between two looks of the main thread.
TICK = 0.25
#: Seconds between two questions whether it is ready, and whether logging was switched.
LOOK = 2.0
#: Exit code of a daemon whose function returned or raised unasked.
ENDED = 3


def main(child: Child) -> int:
    """Run the daemon until told to stop. The exit code."""
    stop = Stop()
    process_id = enter(child, stop)
    if process_id is None:
        return 0
    instance, fence = child.data["instance"], child.data["fence"]
    now = child.site.clock.now

    def work(tx: Tx) -> bool:
        return daemon.begin(tx, instance, fence, process_id, now())

    if not answered(child, stop, lambda: database.write(work)):
        leave(child, process_id, "another one was started meanwhile")
        return 0
    code = _Daemon(child, stop, process_id).run()
    leave(child, process_id, "stopped" if code == 0 else "its function ended")
    return code


class _Daemon:
    """The parts of one daemon's process."""

    def __init__(self, child: Child, stop: Stop, process_id: int) -> None:
        self._child = child
        self._stop = stop
        self._clock = child.site.clock
        self._service: Service = child.site.services[child.data["service"]]
        self._lease = Lease(child, process_id)
        self._ports = DaemonPorts(self._clock)
        self._broker = connect(child.site.settings.broker.url)
        publisher = Publisher(self._broker)
        if child.site.settings.broker.url != EMBEDDED_BROKER:
            self._ports.tell = publisher.hint
        self._ports.holding = Holding(
            self._service.name,
            process_id=process_id,
            node=child.node,
            rules=child.site.rules,
            clock=self._clock,
            publisher=publisher,
            stop_reason=lambda: self._ports.stop,
        )
        self._log = DaemonLog(self._service.name, child.site.settings.logs.dir, self._clock)
        self._ready = False
        self._failed = False

    def run(self) -> int:
        """Start the function in a thread and watch it. The exit code."""
        if self._service.memory_limit is not None:
            limit = self._service.memory_limit << 20
            resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        printed.install()
        self._lease.start()
        context = self._context()
        options = self._options()
        thread = threading.Thread(target=self._function, args=(context, options), name="daemon", daemon=True)
        thread.start()
        look_at = 0.0
        while thread.is_alive():
            now = self._clock.monotonic()
            if now >= look_at:
                self._look(context)
                look_at = now + LOOK
            self._guard_lease(now)
            if self._stop.is_set():
                self._ports.stop = self._ports.stop or "stop"
                thread.join(TICK)
            else:
                self._stop.wait(TICK)
        self._lease.stop()
        self._broker.close()
        if self._stop.is_set() and not self._failed:
            return 0
        self._say_last_words()
        return ENDED

    def _function(self, context: Context, options: object | None) -> None:
        try:
            with printed.printed_to(self._log):
                call(self._service, context, options)
            if not self._stop.is_set():
                self._log.line("error", "the function returned, which a daemon's never should")
        except StopRequested:
            pass
        except BaseException as error:
            self._failed = True
            self._log.line("error", "".join(traceback.format_exception(error)).rstrip())

    def _context(self) -> Context:
        return Context(
            service=self._service,
            run_id=0,
            attempt=1,
            fence=self._child.data["fence"],
            args={},
            log=logger_for(self._log),
            ports=self._ports,
            node=self._child.node,
            log_folder=self._child.site.settings.logs.dir,
        )

    def _options(self) -> object | None:
        if self._service.options is None:
            return None
        row = service.one(database.read(), self._service.name)
        built: object = build(self._service.options, json.loads(row["options"]) if row else {})
        return built

    def _look(self, context: Context) -> None:
        """Is it ready, and does somebody want its full log?"""
        try:
            row: dict[str, Any] | None = service.one(database.read(), self._service.name)
            until = row["logging_until"] if row else None
            self._log.on = bool(row and row["logging"]) and (until is None or until > self._clock.now())
            if not self._ready and self._probe(context):
                instance, fence = self._child.data["instance"], self._child.data["fence"]
                database.write(lambda tx: daemon.ready(tx, instance, fence, self._clock.now()))
                self._ready = True
        except DatabaseError:
            pass

    def _probe(self, context: Context) -> bool:
        if self._service.probe is None:
            return True
        try:
            return bool(self._service.probe(context))
        except Exception as error:
            self._log.line("warning", f"probe: {type(error).__name__}: {error}")
            return False

    def _guard_lease(self, now: float) -> None:
        """The one instance of the cluster must be gone before its lease can be over."""
        lease = self._child.site.rules.lease
        if self._child.data["only"] and now - self._lease.renewed > lease * 0.85:
            logger.error("%s cannot renew its lease: it ends, so that it can run elsewhere", self._child.name)
            os._exit(LEASE_LOST)

    def _say_last_words(self) -> None:
        words = self._log.last_words()
        logger.warning(
            "daemon %s: %s", self._service.name, words.splitlines()[-1] if words else "no last words"
        )
        try:
            instance, fence = self._child.data["instance"], self._child.data["fence"]
            database.write(lambda tx: daemon.say_last_words(tx, instance, fence, words))
        except DatabaseError:
            pass
