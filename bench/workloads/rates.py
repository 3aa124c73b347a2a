"""200,000 rates: from a CSV file into the database, and from there into the rater; calls that are made up."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial

from bench.servers import Servers
from bench.workload import Column, Contender, Size, Values, Workload
from config.load import load
from domain.calls.made_up import Batch, lines
from domain.objects.catalogue import find
from node.site import open_site
from store import database, migrate
from store.rating import book
from web.acts.object_import import Imported, import_file
from web.acts.objects import Objects

RATES, CALLS = 200_000, 500_000


def measure(servers: Servers, size: Size, *, postgresql: bool) -> Values:
    """Rates a second of an import, and of the same file again; s to read them all; ms for the change mark."""
    rates = RATES if size.runs >= 1000 else size.runs * 10
    with ExitStack() as last:
        folder = servers.new_folder()
        url = last.enter_context(servers.database()) if postgresql else f"sqlite:///{folder}/b.db"
        file = folder / "tickworks.toml"
        file.write_text(f'[database]\nurl = "{url}"\n')
        site = open_site(load(file, {}))
        database.open(url)
        last.callback(database.close)
        migrate.up()
        objects = Objects(site, by="bench")
        objects.add(find("currency"), {"code": "EUR", "is_base": True})
        objects.add(find("rate_table"), {"name": "Table", "currency": "EUR"})
        data = _file(rates)
        first, again = (
            _imported(partial(import_file, site, find("rate"), data, by="bench"), rates, what)
            for what in ("create", "same")
        )
        began = time.perf_counter()
        made = book.load(database.read())
        loaded = time.perf_counter() - began
        if len(made.tariff.rates["id"]) != rates:
            raise RuntimeError("the book has not all rates")
        began = time.perf_counter()
        book.version(database.read())
        return {
            "import": first,
            "again": again,
            "load": loaded,
            "mark": (time.perf_counter() - began) * 1000,
        }


def made_up(servers: Servers, size: Size) -> Values:
    """Calls a second that `tickworks xdr generate` makes."""
    calls = CALLS if size.runs >= 1000 else 10_000
    began = time.perf_counter()
    with (servers.new_folder() / "calls.csv").open("w") as file:
        for text in lines(Batch(calls, 1_800_000_000, 86_400)):
            file.write(text)
    return {"calls": calls / (time.perf_counter() - began)}


def _imported(work: Callable[[], Imported], rates: int, what: str) -> float:
    began = time.perf_counter()
    if work().counts[what] != rates:
        raise RuntimeError(f"not all rates are {what}")
    return rates / (time.perf_counter() - began)


def _file(rates: int) -> bytes:
    rng = random.Random(1)
    codes: set[str] = set()
    while len(codes) < rates:
        codes.add(str(rng.randrange(10 ** rng.randint(2, 8))))
    rows = [f"Table,{code},0.{rng.randrange(10_000):04},30,6,2026-01-01" for code in sorted(codes)]
    return "\n".join(["rate_table,code,price,minimum,interval,since", *rows]).encode()


WORKLOAD = Workload(
    name="rates",
    title="200,000 rates",
    says="A CSV file is imported as objects, each row checked, and imported again unchanged; then all rates "
    "are read into the rater. And calls are made up for trying it all out.",
    columns=(
        Column("import", "imported, rates/s", 0),
        Column("again", "the same again, rates/s", 0),
        Column("load", "read into the rater, s", 2),
        Column("mark", "has anything changed, ms", 2),
        Column("calls", "made up, calls/s", 0),
    ),
    spread="import",
    contenders=(
        Contender("SQLite", partial(measure, postgresql=False)),
        Contender("PostgreSQL", partial(measure, postgresql=True)),
        Contender("xdr generate", made_up),
    ),
    rounds=3,
)

if __name__ == "__main__":
    for each in WORKLOAD.contenders:
        with Servers() as started:
            print(f"{each.name:30}", each.measure(started, Size()), flush=True)
