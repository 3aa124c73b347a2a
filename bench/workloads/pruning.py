"""Deleting a million runs while others write and read."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

from bench.facts import percentile
from bench.long_history import DAYS, copied
from bench.servers import Servers
from bench.site import ROOT
from bench.workload import Column, Contender, Size, Values, Workload
from domain.retention import Retention
from store import database, history

#: s of the others alone, before it begins.
ALONE = 5.0


def measure(servers: Servers, size: Size, *, stack: str) -> Values:
    """The longest write and read of another process, alone and beside it; rows a second."""
    with copied(servers, stack, size.history) as url:
        with _others(url) as alone:
            time.sleep(min(ALONE, size.patience / 4))
        database.open(url)
        try:
            with _others(url) as beside:
                began = time.monotonic()
                gone = _prune(size)
                seconds = time.monotonic() - began
        finally:
            database.close()
    return {
        "write": max(beside["write"]),
        "read": max(beside["read"]),
        "write_p99": percentile(beside["write"], 0.99),
        "alone_write": max(alone["write"]),
        "alone_read": max(alone["read"]),
        "gone": float(gone),
        "rate": gone / seconds,
    }


def _prune(size: Size) -> int:
    """As the service Cleaner does it, with its own batches."""
    now = time.time()
    before = now - DAYS * 86400 * (1 - size.pruned / size.history)
    options = Retention()
    terms = replace(options.terms(now), runs=before, failed_runs=before)
    return sum(count for what, count in history.clean(terms, options.batch) if what == "runs")


@contextmanager
def _others(url: str) -> Iterator[dict[str, list[float]]]:
    """A process that writes and reads meanwhile; its times are there when the context has ended."""
    took: dict[str, list[float]] = {}
    command = [sys.executable, "-m", "bench.prober", url]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout is not None
    try:
        process.stdout.readline()
        yield took
    finally:
        process.terminate()
        said, _ = process.communicate(timeout=60)
    took.update(json.loads(said))


WORKLOAD = Workload(
    name="pruning",
    title="Deleting 1 million runs of 5 million",
    says="The oldest million runs go, as the service Cleaner deletes them, while another process writes a "
    "row and reads the newest 50 runs, again and again. Milliseconds of its longest write and read; the same "
    "with nothing beside it.",
    columns=(
        Column("write", "longest write, ms", 0),
        Column("read", "longest read, ms", 0),
        Column("write_p99", "write p99, ms", 1),
        Column("alone_write", "alone: longest write, ms", 0),
        Column("alone_read", "alone: longest read, ms", 0),
        Column("gone", "runs deleted", 0),
        Column("rate", "deleted/s", 0),
    ),
    spread="write",
    contenders=tuple(
        Contender(name, partial(measure, stack=stack))
        for stack, name in (("servers", "PostgreSQL"), ("embedded", "SQLite"))
    ),
)
