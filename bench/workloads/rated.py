"""From legs that wait to rated rows: with the calculator's parts, and as one would write it down."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from random import Random

import psutil

from actors.calculating.books import Books
from actors.calculating.pool import Here, Pool
from actors.calculating.turn import Turn
from bench.rating import Plain, _leg, _made
from bench.rating_tables import fill
from bench.servers import Servers
from bench.workload import Column, Contender, Size, Values, Workload
from bench.workloads.samples import _server_seconds
from domain.calls.raw import RawLeg, RawLegs, Status, key
from domain.calls.row import COLUMNS
from domain.rating.account import Account
from domain.rating.legs import Leg
from domain.rating.rate import Rate
from store import database, migrate
from store.calls import chunk, day
from store.tx import marks

CODES, LEGS, CHUNK, BATCH = 200_000, 200_000, 20_000, 100_000
#: All calls are of one day: days are made in advance, and a switch's file is of a day.
DAY = 20_350
_GATEWAY = "Switch"


def measure(servers: Servers, size: Size, *, postgresql: bool, shards: int) -> Values:
    """Rated rows a second of the wall clock; µs of our processors, and of the database's, for each."""
    with ExitStack() as last:
        many = LEGS if size.runs >= 2000 else size.runs * 10
        accounts, rates = ready(servers, last, postgresql, CODES if size.runs >= 2000 else 2000)
        for part in parts(Random(2), accounts, rates, many):
            database.write(partial(chunk.add, raw=part, gateway=_GATEWAY, now=0.0))
        books = Books()
        pool = Here(books) if shards == 1 else Pool(shards, database.url())
        last.callback(pool.close)
        turn = Turn("bench", BATCH, shards, books, pool, time.time)
        _warm(turn, accounts, rates)
        pids = pool.pids() if isinstance(pool, Pool) else []
        used, theirs = cpu(pids), _server_seconds(servers, postgresql)
        began = time.perf_counter()
        fence, rated, longest = 10, 0, 0.0
        while True:
            fence, at = fence + 1, time.perf_counter()
            counts = turn.take(fence, lambda: None)
            if counts is None:
                break
            rated += counts["legs"]
            longest = max(longest, time.perf_counter() - at)
        wall = time.perf_counter() - began
        if rated != many:
            raise RuntimeError(f"{rated} of {many} legs were rated")
        return {
            "rate": many / wall,
            "own": (cpu(pids) - used) / many * 1e6,
            "server": (_server_seconds(servers, postgresql) - theirs) / many * 1e6,
            "turn": longest,
        }


def plainly(servers: Servers, size: Size, *, postgresql: bool) -> Values:
    """The same by dicts, a leg at a time, and executemany of what came out."""
    with ExitStack() as last:
        many = LEGS // 4 if size.runs >= 2000 else size.runs * 10
        accounts, rates = ready(servers, last, postgresql, CODES if size.runs >= 2000 else 2000)
        raw = [leg for part in parts(Random(2), accounts, rates, many) for leg in part]
        plain = Plain(accounts, rates)
        day.prepare([DAY])
        client = {each.value: each.client for each in accounts}
        statement = f"INSERT INTO xdr ({', '.join(COLUMNS)}) VALUES ({marks(COLUMNS)})"
        used, theirs = cpu([]), _server_seconds(servers, postgresql)
        began = time.perf_counter()
        for at in range(0, many, CHUNK):
            rows = [_row(plain, client, leg) for leg in raw[at : at + CHUNK]]
            database.write(lambda tx, rows=rows: tx.many(statement, rows))  # type: ignore[misc]
        return {
            "rate": many / (time.perf_counter() - began),
            "own": (cpu([]) - used) / many * 1e6,
            "server": (_server_seconds(servers, postgresql) - theirs) / many * 1e6,
        }


def cpu(pids: list[int]) -> float:
    """Seconds that this process and these have worked."""
    return sum(sum(psutil.Process(pid).cpu_times()[:2]) for pid in (os.getpid(), *pids))


def _row(plain: Plain, client: dict[str, int], leg: RawLeg) -> tuple[object, ...]:
    charge = plain.charge(Leg(leg.at, leg.volume, leg.dst, leg.src, leg.host))
    return (
        *(
            DAY,
            leg.at,
            key(_GATEWAY, leg.session, leg.leg, leg.origin),
            1,
            None,
            _GATEWAY,
            leg.session,
            leg.leg,
            0,
        ),
        *(int(leg.status), leg.cause, leg.src, leg.dst, leg.host, "", "", "", leg.volume, leg.pdd, leg.scd),
        *(0, None, client[leg.host], 1, leg.src, leg.dst, "", 2, 1, leg.volume, charge, charge, 1),
    )


def ready(
    servers: Servers, last: ExitStack, postgresql: bool, codes: int
) -> tuple[list[Account], list[Rate]]:
    folder = servers.new_folder()
    url = last.enter_context(servers.database()) if postgresql else f"sqlite:///{folder}/bench.db"
    database.open(url)
    last.callback(database.close)
    migrate.up()
    clients, accounts, rates = _made(Random(1), codes)
    database.write(lambda tx: fill(tx, clients, accounts, rates))
    return accounts, rates


def _warm(turn: Turn, accounts: list[Account], rates: list[Rate]) -> None:
    """The book is read, the children run and the day has its partition, as on a site at work."""
    waiting = database.read().all("SELECT id FROM xdr_chunk")
    database.write(lambda tx: tx.run("UPDATE xdr_chunk SET batch_id = -1"))
    for part in parts(Random(3), accounts, rates, 1000, "warm"):
        database.write(partial(chunk.add, raw=part, gateway=_GATEWAY, now=0.0))
    turn.take(1, lambda: None)
    assert waiting
    database.write(lambda tx: tx.run("UPDATE xdr_chunk SET batch_id = NULL WHERE batch_id = -1"))


def parts(
    random: Random, accounts: list[Account], rates: list[Rate], many: int, name: str = "call"
) -> Iterator[RawLegs]:
    for first in range(0, many, CHUNK):
        legs = [_leg(random, accounts, rates) for _ in range(min(CHUNK, many - first))]
        yield RawLegs.of(
            [
                RawLeg(
                    session=f"{name}-{first + number:09d}",
                    leg="a",
                    origin="orig",
                    status=Status.ANSWERED if leg.volume else Status.BUSY,
                    cause=16,
                    setup_at=at - 5,
                    at=at,
                    volume=leg.volume,
                    pdd=1000,
                    scd=2000,
                    src=leg.src,
                    dst=leg.dst,
                    host=leg.host,
                )
                for number, leg in enumerate(legs)
                for at in (DAY * 86400 + leg.at % 86400,)
            ]
        )


def contenders() -> Iterator[Contender]:
    for name, postgresql in (("SQLite", False), ("PostgreSQL", True)):
        for shards in (1, 2, 4):
            parts = "1 part" if shards == 1 else f"{shards} parts"
            yield Contender(f"{name}, {parts}", partial(measure, postgresql=postgresql, shards=shards))
        yield Contender(f"{name}, row by row", partial(plainly, postgresql=postgresql))


WORKLOAD = Workload(
    name="rated",
    title="From waiting legs to rated rows",
    says=f"{LEGS:,} legs of one day, in chunks of {CHUNK:,}, rated by {CODES:,} codes in turns of {BATCH:,}: "
    "rated, written, booked and the chunks deleted. Row by row: dicts, a leg at a time, and executemany of "
    "what comes out; nothing is booked, and nothing is checked.",
    columns=(
        Column("rate", "legs a second", 0),
        Column("own", "CPU a leg, µs", 1),
        Column("server", "database server's, µs", 1),
        Column("turn", "longest turn, s", 2),
    ),
    spread="rate",
    contenders=tuple(contenders()),
    rounds=3,
)

if __name__ == "__main__":
    for each in WORKLOAD.contenders:
        with Servers() as started:
            print(f"{each.name:25}", each.measure(started, Size()), flush=True)
