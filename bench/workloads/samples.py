"""A minute of 100,000 samples, kept and rolled up, near the end of an hour."""

from __future__ import annotations

import random
import time
from contextlib import ExitStack, suppress
from functools import partial

import psutil

from bench.servers import Servers
from bench.workload import Column, Contender, Size, Values, Workload
from store import database, migrate, sample
from store.tx import Tx

SERVERS = 2000
FIGURES = [(f"metric{number % 10}", f"/volume{number // 10}") for number in range(50)]
#: Servers in one transaction.
TOGETHER = 50
HOUR = 1_800_000_000


def measure(servers: Servers, size: Size, *, postgresql: bool) -> Values:
    """Seconds of a minute's samples: of the wall clock, of our processor, of the server's."""
    count = SERVERS if size.services >= SERVERS else max(1, size.services // 10)
    with ExitStack() as last:
        folder = servers.new_folder()
        url = last.enter_context(servers.database()) if postgresql else f"sqlite:///{folder}/bench.db"
        database.open(url)
        last.callback(database.close)
        migrate.up()
        _earlier(count)
        began, own, theirs = time.perf_counter(), time.process_time(), _server_seconds(servers, postgresql)
        kept = _minute(count, HOUR + 3540)
        wall, own = time.perf_counter() - began, time.process_time() - own
        theirs = _server_seconds(servers, postgresql) - theirs
        each = 100_000 / kept
        share = (own + theirs) * each / 60 * 100
        return {"share": share, "own": own * each, "server": theirs * each, "wall": wall * each}


def _earlier(count: int) -> None:
    """What an hour has before its last minute: eleven spans of 5 minutes, and four minutes of the twelfth."""
    for minute in range(55, 59):
        _minute(count, HOUR + 60 * minute)
    for span in range(11):
        database.write(lambda tx, at=HOUR + 300 * span: _span(tx, at))  # type: ignore[misc]
    database.write(lambda tx: tx.run("ANALYZE"))


def _span(tx: Tx, at: int) -> None:
    tx.run(
        """INSERT INTO rollup (series_id, step, at, low, mean, high, count)
           SELECT id, 300, CAST(? AS BIGINT), 0, 0.5, 1, 5 FROM series""",
        (at,),
    )


def _minute(count: int, at: int) -> int:
    kept = 0
    for start in range(0, count, TOGETHER):
        looks = [
            (sample.of_server(number), [(*figure, random.random()) for figure in FIGURES], float(at))
            for number in range(start, min(count, start + TOGETHER))
        ]
        kept += database.write(lambda tx, looks=looks: sample.add_all(tx, looks))  # type: ignore[misc]
    return kept


def _server_seconds(servers: Servers, postgresql: bool) -> float:
    """CPU seconds so far of PostgreSQL's processes: those of our connection live as long as we look."""
    if not postgresql:
        return 0.0
    parent = next(
        each
        for each in psutil.process_iter(["cmdline"])
        if str(servers.postgresql.data) in " ".join(each.info["cmdline"] or [])
        and (each.info["cmdline"] or [""])[0].endswith("postgres")
    )
    total = 0.0
    for each in (parent, *parent.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            total += sum(each.cpu_times()[:2])
    return total


WORKLOAD = Workload(
    name="samples",
    title="100,000 samples a minute",
    says="2,000 servers with 50 figures each, 50 servers in a transaction, in the last minute of an hour: "
    "kept, and condensed into their 5 minutes and their hour. The share is that of one processor.",
    columns=(
        Column("share", "of a processor, %", 1),
        Column("own", "CPU, s", 2),
        Column("server", "database server's CPU, s", 2),
        Column("wall", "all, s", 2),
    ),
    spread="share",
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
