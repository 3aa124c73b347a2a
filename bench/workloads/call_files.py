"""A file of 500,000 calls in our own format: from the disk into chunks that wait to be rated."""

from __future__ import annotations

import csv
import time
from contextlib import ExitStack
from datetime import datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from actors.collecting.collect import collect
from actors.rating.files_collector import files_collector
from actors.testing import testing_context
from backends.files.blocks import blocks, content
from bench.servers import Servers
from bench.workload import Column, Contender, Size, Values, Workload
from domain.calls.formats.known import reader
from domain.calls.formats.twice import Order
from domain.calls.made_up import Batch, lines
from domain.objects.catalogue import find
from domain.objects.checked import checked
from store import database, migrate
from store.object import write

CALLS = 500_000
NOW = 1_795_165_200


def measure(servers: Servers, size: Size, *, what: str) -> Values:
    """s of the wall clock and of the processor, legs, legs a second (of the wall clock)."""
    folder = servers.new_folder()
    file = folder / "in/calls.csv"
    file.parent.mkdir(parents=True)
    count = CALLS if size.runs >= 1000 else size.runs * 100
    with file.open("w") as writing:
        writing.writelines(lines(Batch(count, NOW - 86_400, 80_000)))
    with ExitStack() as last:
        if what in ("sqlite", "postgresql"):
            _opened(servers, last, folder, what)
        began, used = time.perf_counter(), time.process_time()
        legs = {"parsed": _parsed, "plain": _plain}.get(what, _collected)(folder, file)
        wall = time.perf_counter() - began
        return {
            "wall": wall,
            "cpu": time.process_time() - used,
            "legs": float(legs),
            "speed": legs / wall,
        }


def _opened(servers: Servers, last: ExitStack, folder: Path, what: str) -> None:
    url = f"sqlite:///{folder}/b.db" if what == "sqlite" else last.enter_context(servers.database())
    database.open(url)
    last.callback(database.close)
    migrate.up()
    for kind, values in (
        ("gateway", {"name": "gw1"}),
        ("collector", {"name": "c1", "gateway": "gw1", "folder": "in", "finished_after": 0}),
    ):
        whole = checked(find(kind), values)
        database.write(lambda tx, kind=kind, whole=whole: write.create(tx, kind, whole, now=0.0))  # type: ignore[misc]


def _collected(folder: Path, file: Path) -> int:
    context = testing_context(files_collector, log_folder=folder / "log")
    counts = collect(context, 600).counts
    kept = database.read().value("SELECT SUM(legs) FROM xdr_chunk")
    if not kept or kept != counts["legs"]:
        raise RuntimeError(f"{kept} legs of {counts}")
    return int(kept)


def _parsed(folder: Path, file: Path) -> int:
    made = reader("common", ZoneInfo("UTC"), Order(), content(file).head)
    return sum(len(made.read(block.text, 1).legs) for block in blocks(file))


def _plain(folder: Path, file: Path) -> int:
    """What one would write first: a dict for each row, a number for each figure."""
    legs = 0
    with file.open(newline="") as reading:
        for row in csv.DictReader(reading):
            numbers = [int(row[name] or 0) for name in ("duration", "cause", "pdd_ms", "scd_ms")]
            stamps = (row[name] for name in ("setup_at", "connect_at", "disconnect_at"))
            times = [datetime.fromisoformat(each).timestamp() if each else 0.0 for each in stamps]
            legs += 2 if row["term_host"] and numbers and times else 1
    return legs


_NAMES = {
    "sqlite": "SQLite",
    "postgresql": "PostgreSQL",
    "parsed": "parsed only",
    "plain": "csv.DictReader, not stored",
}

WORKLOAD = Workload(
    name="call_files",
    title="A file of 500,000 calls",
    says="In the common format, about two legs a call: its SHA-256, its rows checked, its legs packed and "
    "written into the database, the file put away.",
    columns=(
        Column("wall", "all, s", 2),
        Column("cpu", "CPU, s", 2),
        Column("legs", "legs", 0),
        Column("speed", "legs/s", 0),
    ),
    spread="wall",
    contenders=tuple(Contender(name, partial(measure, what=what)) for what, name in _NAMES.items()),
    rounds=3,
)

if __name__ == "__main__":
    for each in WORKLOAD.contenders:
        with Servers() as started:
            print(f"{each.name:30}", each.measure(started, Size()), flush=True)
