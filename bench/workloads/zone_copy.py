"""A zone of 100,000 records from a real name server into our tables, then the next, small change of it."""

from __future__ import annotations

import time
from contextlib import ExitStack
from functools import partial

from actors.dns.synch_dns_records import run as service
from actors.testing import testing_context
from actors.zone_reading import read_zones
from backends.dns.record import record
from backends.dns.server import Key, Server
from backends.dns.update import Add, update
from bench.servers import Servers
from bench.workload import Column, Contender, Size, Values, Workload
from domain.dns.limits import ZoneLimits
from domain.objects.catalogue import find
from domain.objects.checked import checked
from store import database, migrate
from store.object import write
from tests.support.real_knot import TRANSFER, UPDATE, many, real_knot

RECORDS = 100_000
ZONE = "large.example"


def measure(servers: Servers, size: Size, *, postgresql: bool) -> Values:
    """s of the wall clock until all of it is seen, and until a change of 100 records is."""
    count = RECORDS if size.runs >= 1000 else size.runs * 10
    with ExitStack() as last:
        knot = last.enter_context(real_knot({ZONE: many(count, ZONE)}))
        folder = servers.new_folder()
        url = last.enter_context(servers.database()) if postgresql else f"sqlite:///{folder}/bench.db"
        database.open(url)
        last.callback(database.close)
        migrate.up()
        given = {"name": ZONE, "host": "127.0.0.1", "port": knot.port}
        key = {"key_name": TRANSFER[0], "key_secret": "env:KEY"}
        values = checked(find("zone"), {**given, **key})
        database.write(lambda tx: write.create(tx, "zone", values, now=0.0))
        whole, cpu = _timed()
        writer = Server("127.0.0.1", knot.port, Key(*UPDATE))
        names = (f"new{each}.{ZONE}" for each in range(100))
        update(ZONE, [Add(record(name, 60, "A", "192.0.2.1")) for name in names], writer)
        change, _ = _timed()
        return {"whole": whole, "cpu": cpu, "change": change, "records": float(count + 1)}


def _timed() -> tuple[float, float]:
    context = testing_context(service, secrets={"env:KEY": TRANSFER[1]})
    began, used = time.perf_counter(), time.process_time()
    outcome = read_zones(context, ZoneLimits())
    if outcome.kind != "done":
        raise RuntimeError(outcome.message)
    return time.perf_counter() - began, time.process_time() - used


WORKLOAD = Workload(
    name="zone_copy",
    title="A zone of 100,000 records, copied",
    says="From a real Knot DNS on this machine, signed with TSIG: received, compared, stored in batches and "
    "made visible at once; then the same with 100 records more.",
    columns=(
        Column("whole", "all of it, s", 2),
        Column("cpu", "CPU, s", 2),
        Column("change", "the change, s", 2),
        Column("records", "records", 0),
    ),
    spread="whole",
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
