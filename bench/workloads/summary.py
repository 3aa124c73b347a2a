"""A million calls that were rated: into the summary, into the counters of days, and a page of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial

from bench.servers import Servers
from bench.workload import Column, Contender, Size, Values, Workload
from store import database, migrate
from store.calls import day as partitions
from store.calls import listed, meta, summary
from store.calls.listed import Search
from store.tx import Tx

LEGS, BATCH = 1_000_000, 100_000
DAY = 20_833
CLIENTS, CODES, GATEWAYS = 50, 200, 4
#: What one turn of the services takes in.
PORTION = 250_000

#: `n` counts the legs; prime steps spread them over clients, codes and hours.
_LEGS = """
    INSERT INTO xdr (day, at, key, batch_id, file_id, gateway, session, leg, origin, status, cause, src, dst,
                     host, name, pin, tags, volume, pdd, scd, reason, client_id, account_id, rated_src,
                     rated_dst, code, table_id, rate_id, billed, charge, cost, version)
    SELECT {day}, {day} * 86400 + n * 7 % 86400, {key}, {batch}, 1, 'gateway ' || (n % {gateways}), 's' || n,
           '1', n % 2, 1 + n % 5 / 3, 16, '49' || n, '44' || n, '192.0.2.1', '', '', '', n % 600, 900, 1200,
           CASE WHEN n % 50 = 0 THEN 4 ELSE 0 END, n % {clients} + 1, n % {clients} + 1, '49' || n, '44' || n,
           '44' || (n * 13 % {codes}), 1, 1, n % 600, n, n, 1
    FROM {numbers}"""
_NUMBERS = {
    "sqlite": "(WITH RECURSIVE c (n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM c WHERE n < {last})"
    " SELECT n FROM c) numbers",
    "postgresql": "generate_series({first}, {last}) AS numbers (n)",
}
_KEYS = {
    "sqlite": "CAST(printf('%016d', n * 7919 % 10000019) AS BLOB)",
    "postgresql": "decode(md5(CAST(n AS TEXT)), 'hex')",
}


def measure(servers: Servers, size: Size, *, postgresql: bool) -> Values:
    """s until all calls are in the summary and counted, after changes of a client's day, ms of a page."""
    legs = LEGS if size.runs >= 1000 else 20_000
    with ExitStack() as last:
        url = (
            last.enter_context(servers.database()) if postgresql else f"sqlite:///{servers.new_folder()}/b.db"
        )
        database.open(url)
        last.callback(database.close)
        migrate.up()
        _rated(legs)
        began = time.perf_counter()
        _all(partial(summary.roll_up, fence=1, now=0.0, most=PORTION))
        rolled = time.perf_counter() - began
        began = time.perf_counter()
        _all(partial(meta.count, fence=1, now=0.0, most=PORTION))
        counted = time.perf_counter() - began
        if database.read().value("SELECT SUM(attempts) FROM summary") != legs:
            raise RuntimeError("the summary has not all calls")
        database.write(_changed)
        began = time.perf_counter()
        _all(partial(summary.roll_up, fence=1, now=0.0, most=PORTION))
        anew = time.perf_counter() - began
        return {
            "roll": rolled,
            "speed": legs / rolled,
            "count": counted,
            "anew": anew,
            "rows": float(database.read().value("SELECT COUNT(*) FROM summary")),
            "page": _page(Search(DAY - 6, DAY)),
            "client": _page(Search(DAY - 6, DAY, client_id=7)),
        }


def _rated(legs: int) -> None:
    partitions.prepare([DAY])
    for first in range(1, legs + 1, BATCH):
        database.write(partial(_batch, first=first, last=min(first + BATCH - 1, legs)))


def _batch(tx: Tx, first: int, last: int) -> None:
    number = tx.value(
        """INSERT INTO rating_batch (kind, state, shards, fence, legs, opened_at)
           VALUES ('rate', 'done', 1, 1, ?, 0) RETURNING id""",
        (last - first + 1,),
    )
    words = {"day": DAY, "batch": number, "clients": CLIENTS, "codes": CODES, "gateways": GATEWAYS}
    numbers = _NUMBERS[tx.dialect].format(first=first, last=last)
    tx.run(_LEGS.format(numbers=numbers, key=_KEYS[tx.dialect], **words))


def _changed(tx: Tx) -> None:
    """A rerating has changed the day of two clients."""
    number = tx.value(
        """INSERT INTO rating_batch (kind, state, shards, fence, legs, opened_at)
           VALUES ('rerate', 'done', 1, 1, 1, 0) RETURNING id"""
    )
    rows = [(DAY, client, number) for client in (3, 4)]
    tx.many("INSERT INTO summary_dirty (day, client_id, batch_id) VALUES (?, ?, ?)", rows)


def _all(work: Callable[[Tx], summary.Rolled | meta.Counted]) -> None:
    while database.write(work)[0]:
        pass


def _page(search: Search) -> float:
    began = time.perf_counter()
    rows, _ = listed.page(database.read(), search, 50)
    if len(rows) != 50:
        raise RuntimeError(f"{len(rows)} calls on a page of 50")
    return (time.perf_counter() - began) * 1000


WORKLOAD = Workload(
    name="summary",
    title="Summary of 1,000,000 new calls",
    says=f"Of one day, {CLIENTS} clients, {CODES} codes and {GATEWAYS} gateways, in ten batches; then the "
    "day of two clients is made anew, and the first page of calls is read.",
    columns=(
        Column("roll", "summary, s", 2),
        Column("speed", "calls/s", 0),
        Column("count", "meta info, s", 2),
        Column("anew", "2 clients anew, s", 2),
        Column("rows", "rows of the summary", 0),
        Column("page", "a page, ms", 0),
        Column("client", "a client's page, ms", 0),
    ),
    spread="roll",
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
