"""A thousand checks as MonitoringWork makes them: begun, looked at, and kept with their history."""

from __future__ import annotations

import time
from contextlib import ExitStack
from functools import partial
from typing import Any

from actors.monitoring import monitoring
from actors.monitoring.monitoring import Options
from actors.service import call
from actors.testing import testing_context
from bench.servers import Servers
from bench.workload import Column, Contender, Size, Values, Workload
from bench.workloads.probes import one_processor
from domain.objects.catalogue import find
from domain.objects.checked import checked
from store import database, migrate
from store.object import write
from store.tx import Tx
from tests.support.real_nginx import GOOD, RealNginx, real_nginx

CHECKS = 1000
HOSTS = 100


def measure(servers: Servers, size: Size, *, postgresql: bool) -> Values:
    """s of the wall clock and of our processor for a run in which all are due."""
    count = CHECKS if size.runs >= CHECKS else size.runs
    with ExitStack() as last:
        folder = servers.new_folder()
        url = last.enter_context(servers.database()) if postgresql else f"sqlite:///{folder}/bench.db"
        database.open(url)
        last.callback(database.close)
        migrate.up()
        server = last.enter_context(real_nginx())
        database.write(partial(_checks, server, count))
        context = testing_context(monitoring.run)
        with one_processor():
            _run(context, count)
            context.advance(3600)
            began, used = time.perf_counter(), time.process_time()
            _run(context, count)
            return {"wall": time.perf_counter() - began, "cpu": time.process_time() - used}


def _run(context: Any, count: int) -> None:
    outcome = call(monitoring.run, context, Options())
    if outcome is None or outcome.counts.get("good") != count:
        raise RuntimeError(f"{outcome} of {count} checks")


def _checks(server: RealNginx, count: int, tx: Tx) -> None:
    """As many of a web page as of a port, on `HOSTS` servers."""
    for number in range(HOSTS):
        values = {"name": f"s{number}", "address": "127.0.0.1"}
        write.create(tx, "server", checked(find("server"), values), now=0.0)
    for number in range(count):
        values = {"server": f"s{number % HOSTS}", "name": f"c{number}", "port": server.http}
        kind: dict[str, Any] = (
            {"kind": "http", "settings": {"wanted": GOOD}} if number % 2 else {"kind": "tcp"}
        )
        write.create(tx, "check", checked(find("check"), {**values, **kind}), now=0.0)


WORKLOAD = Workload(
    name="checks",
    title="A thousand checks, kept",
    says="One run of MonitoringWork on one processor: 1,000 checks of 100 servers are due, HTTP and TCP by "
    "turns against a real nginx, at most 100 open at once. Each is begun by a guarded statement; its state, "
    "its result and two samples are kept.",
    columns=(Column("wall", "all, s", 2), Column("cpu", "CPU, s", 2)),
    spread="wall",
    contenders=(
        Contender("SQLite", partial(measure, postgresql=False)),
        Contender("PostgreSQL", partial(measure, postgresql=True)),
    ),
    rounds=3,
)

if __name__ == "__main__":
    for each in WORKLOAD.contenders:
        with Servers() as started:
            print(f"{each.name:20}", each.measure(started, Size()), flush=True)
