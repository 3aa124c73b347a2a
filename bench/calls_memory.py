"""Does the calculator's memory stay as it is, however many calls it rates?

``python -m bench.calls_memory [--calls N]`` rates so many generated calls on SQLite, batch after batch, and
says what the process holds after each twentieth of them. The calls are deleted in between: it is the
calculator that is looked at, not the disk. 50,000,000 take about an hour.
"""

from __future__ import annotations

import argparse
import os
import time
from contextlib import ExitStack
from functools import partial
from itertools import count
from random import Random

import psutil

from actors.calculating.books import Books
from actors.calculating.pool import Here
from actors.calculating.turn import Turn
from bench.servers import Servers
from bench.workloads.rated import CHUNK, parts, ready
from domain.calls.raw import RawLegs
from store import database
from store.calls import chunk

CODES, BATCH = 50_000, 100_000
LOOKS = 20


def main(calls: int) -> list[tuple[int, float]]:
    """(calls so far, MiB of the process) at each look."""
    found: list[tuple[int, float]] = []
    with Servers() as servers, ExitStack() as last:
        accounts, rates = ready(servers, last, False, CODES)
        whole = list(parts(Random(2), accounts, rates, min(calls, BATCH)))
        books, fences = Books(), count(1)
        turn = Turn("bench", BATCH, 1, books, Here(books), time.time)
        done, every = 0, max(1, calls // LOOKS)
        while done < calls:
            for part in whole:
                database.write(partial(chunk.add, raw=_named(part, done), gateway="Switch", now=0.0))
            rated = turn.take(next(fences), lambda: None)
            assert rated is not None
            before, done = done, done + rated["legs"]
            database.write(lambda tx: tx.run("DELETE FROM xdr"))
            if before // every != done // every:
                found.append((done, psutil.Process(os.getpid()).memory_info().rss / 2**20))
                print(f"{done:,} calls: {found[-1][1]:.0f} MiB", flush=True)
    return found


def _named(part: RawLegs, done: int) -> RawLegs:
    """The same calls with other names: each is new."""
    columns = {name: getattr(part, name) for name in RawLegs.__slots__}
    return RawLegs(**{**columns, "session": [f"{done}-{name}" for name in part.session]})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        prog="python -m bench.calls_memory", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--calls", type=int, default=CHUNK * 1000)
    main(parser.parse_args().calls)
