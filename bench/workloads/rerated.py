"""Calls that are rated again: by the same rates, and after a change of all of them."""

from __future__ import annotations

import time
from contextlib import ExitStack
from functools import partial
from random import Random

from actors.calculating.books import Books
from actors.calculating.pool import Here
from actors.calculating.rerating import Rerating
from actors.calculating.turn import Turn
from bench.servers import Servers
from bench.workload import Column, Contender, Size, Values, Workload
from bench.workloads.rated import CODES, DAY, parts, ready
from domain.calls.selection import Selection
from store import database
from store.calls import chunk, rerating

LEGS, PORTION = 200_000, 20_000


def measure(servers: Servers, size: Size, *, postgresql: bool) -> Values:
    """Legs a second of the wall clock that a job looks at, and that it changes."""
    many = LEGS if size.runs >= 2000 else size.runs * 10
    with ExitStack() as last:
        accounts, rates = ready(servers, last, postgresql, CODES if size.runs >= 2000 else 2000)
        for part in parts(Random(2), accounts, rates, many):
            database.write(partial(chunk.add, raw=part, gateway="Switch", now=0.0))
        books = Books()
        turn = Turn("bench", many, 1, books, Here(books), time.time)
        turn.take(1, lambda: None)
        if postgresql:
            # As its autovacuum does within a minute; without, each portion would read the whole day.
            database.write(lambda tx: tx.run("ANALYZE xdr"))
        same = _job(books, many)
        database.write(lambda tx: tx.run("UPDATE rate SET price = price + 1000000000"))
        database.write(lambda tx: tx.run("INSERT INTO object_version (name, version) VALUES ('rating', 1)"))
        books.now()
        changed = _job(books, many)
        found = {"same": many / same[0], "changed": many / changed[0]}
        return {**found, "same_cpu": same[1] / many * 1e6, "changed_cpu": changed[1] / many * 1e6}


def _job(books: Books, many: int) -> tuple[float, float]:
    """Seconds of the wall clock and of our processor."""
    number = database.write(lambda tx: rerating.ask(tx, DAY, DAY, Selection(), by="bench", now=time.time()))
    job = rerating.one(database.read(), number)
    assert job is not None
    worker = Rerating(books, PORTION, 2, "bench", time.time, lambda _: None)
    worker.begin(job)
    running = rerating.one(database.read(), number)
    assert running is not None
    began, used = time.perf_counter(), time.process_time()
    ended = worker.work(running)
    took = time.perf_counter() - began, time.process_time() - used
    if ended.legs != many:
        raise RuntimeError(f"{ended.legs} of {many} legs were looked at")
    return took


WORKLOAD = Workload(
    name="rerated",
    title="Rating 200,000 calls again",
    says=f"Calls of one day, in portions of {PORTION:,}: by the same rates, which changes none, and after a "
    "change of all rates, which changes all but those that cost nothing. On PostgreSQL after ANALYZE.",
    columns=(
        Column("same", "same rates, legs a second", 0),
        Column("same_cpu", "CPU a leg, µs", 1),
        Column("changed", "all changed, legs a second", 0),
        Column("changed_cpu", "CPU a leg, µs", 1),
    ),
    spread="same",
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
