"""A zone of 100,000 records from a real name server: all of it, and what changed in it."""

from __future__ import annotations

import time
import tracemalloc
from functools import partial

from backends.dns.axfr import axfr
from backends.dns.ixfr import ixfr
from backends.dns.record import record
from backends.dns.server import Key, Server
from backends.dns.update import Add, update
from bench.servers import Servers
from bench.workload import Column, Contender, Size, Values, Workload
from tests.support.real_knot import TRANSFER, UPDATE, many, real_knot

RECORDS = 100_000
ZONE = "large.example"
#: Updates between the two serials of an incremental transfer, and records in each.
UPDATES, TOGETHER = 10, 100


def measure(servers: Servers, size: Size, *, what: str) -> Values:
    """s of the wall clock and of the processor from the question to the last record read; records."""
    count = RECORDS if size.runs >= 1000 else size.runs * 10
    with real_knot({ZONE: many(count, ZONE)}) as knot:
        reader = Server("127.0.0.1", knot.port, Key(*TRANSFER))
        if what == "ixfr":
            _change(Server("127.0.0.1", knot.port, Key(*UPDATE)))
        if what == "memory":
            return {"memory": _most_memory(reader), "records": float(count + 1)}
        began, used = time.perf_counter(), time.process_time()
        with ixfr(ZONE, 1, reader) if what == "ixfr" else axfr(ZONE, reader) as found:
            read = sum(1 for _ in found)
        if what == "axfr" and read != count + 1:
            raise RuntimeError(f"{read} records of {count + 1}")
        return {
            "wall": time.perf_counter() - began,
            "cpu": time.process_time() - used,
            "records": float(read),
        }


def _change(writer: Server) -> None:
    for batch in range(UPDATES):
        names = (f"new{batch * TOGETHER + each}.{ZONE}" for each in range(TOGETHER))
        update(ZONE, [Add(record(name, 60, "A", "192.0.2.1")) for name in names], writer)


def _most_memory(reader: Server) -> float:
    """MB that a transfer had at most; looking makes it slow, so it is not timed."""
    tracemalloc.start()
    try:
        with axfr(ZONE, reader) as zone:
            for _ in zone:
                pass
        return tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()


_NAMES = {
    "axfr": "AXFR, signed",
    "ixfr": f"IXFR over {UPDATES} updates of {TOGETHER} records",
    "memory": "AXFR, memory",
}

WORKLOAD = Workload(
    name="zones",
    title="A zone of 100,000 records",
    says="From a real Knot DNS on this machine, signed with TSIG: received whole, checked, then read record "
    "by record.",
    columns=(
        Column("wall", "all, s", 2),
        Column("cpu", "CPU, s", 2),
        Column("records", "records", 0),
        Column("memory", "memory at most, MB", 1),
    ),
    spread="wall",
    contenders=tuple(Contender(name, partial(measure, what=what)) for what, name in _NAMES.items()),
    rounds=3,
)

if __name__ == "__main__":
    for each in WORKLOAD.contenders:
        with Servers() as started:
            print(f"{each.name:50}", each.measure(started, Size()), flush=True)
