"""From legs that wait to rated rows, by the calculator and nodes that help it."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import ExitStack
from functools import partial
from random import Random
from typing import IO, Any

import psutil

from actors.calculating.books import Books
from actors.calculating.elsewhere import ROLE, SERVICE, Elsewhere
from actors.calculating.pool import Here
from actors.calculating.turn import Turn
from bench.helping import said
from bench.servers import Servers
from bench.workload import Column, Contender, Size, Values, Workload
from bench.workloads.rated import BATCH, CODES, LEGS, _warm, cpu, parts, ready
from bench.workloads.samples import _server_seconds
from store import database, node, process
from store.calls import chunk
from store.tx import Tx

#: So long a part is waited for: a machine with fewer cores than nodes shall not end the measurement.
PATIENCE = 60.0


def measure(servers: Servers, size: Size, *, nodes: int) -> Values:
    """As `rated.measure`, by one part on each of so many nodes; `others`: what their processors do of it."""
    with ExitStack() as last:
        many = LEGS if size.runs >= 2000 else size.runs * 10
        accounts, rates = ready(servers, last, True, CODES if size.runs >= 2000 else 2000)
        for part in parts(Random(2), accounts, rates, many):
            database.write(partial(chunk.add, raw=part, gateway="Switch", now=0.0))
        names = [f"n{number}" for number in range(1, nodes + 1)]
        helpers = {name: last.enter_context(_Helper(name)) for name in names[1:]}
        for name in names:
            database.write(partial(_join, name=name))
        books = Books()
        others = Elsewhere("n1", lambda name, words: helpers[name].tell(words), worth=1, patience=PATIENCE)
        turn = Turn("n1", BATCH, 1, books, Here(books), time.time, others)
        _warm(turn, accounts, rates)
        pids = [each.pid for each in helpers.values()]
        used, helped, theirs = cpu([]), _of(pids), _server_seconds(servers, True)
        began, fence, rated = time.perf_counter(), 10, 0
        while counts := turn.take(fence, lambda: None):
            fence, rated = fence + 1, rated + counts["legs"]
        wall = time.perf_counter() - began
        by = database.read().value("SELECT COUNT(DISTINCT node) FROM rating_shard WHERE batch_id > 1")
        if (rated, by) != (many, nodes):
            raise RuntimeError(f"{rated} of {many} legs were rated, on {by} nodes")
        return {
            "rate": many / wall,
            "own": (cpu([]) - used) / many * 1e6,
            "others": (_of(pids) - helped) / many * 1e6,
            "server": (_server_seconds(servers, True) - theirs) / many * 1e6,
        }


class _Helper:
    """A process that does what a worker of a node does with a hint; the way of the message is a pipe."""

    def __init__(self, name: str) -> None:
        self._process = subprocess.Popen([sys.executable, "-m", "bench.helping", name], stdin=subprocess.PIPE)
        self.pid = self._process.pid
        self._say({"url": database.url()})

    def tell(self, words: Any) -> bool:
        self._say(words)
        return True

    def __enter__(self) -> _Helper:
        return self

    def __exit__(self, *_: object) -> None:
        self._input.close()
        self._process.wait(60)

    @property
    def _input(self) -> IO[bytes]:
        assert self._process.stdin is not None
        return self._process.stdin

    def _say(self, words: Any) -> None:
        self._input.write(said(words))
        self._input.flush()


def _join(tx: Tx, name: str) -> None:
    made: dict[str, Any] = {"services": [SERVICE], "host": "h", "version": "1", "now": time.time()}
    node.join(tx, name=name, incarnation=name, roles=[ROLE], **made)
    some: dict[str, Any] = {"incarnation": f"{name}.1", "pid": 1, "slots": 8, "now": time.time()}
    process.register(tx, node=name, kind="worker", name="w1", **some)


def _of(pids: list[int]) -> float:
    return sum(sum(psutil.Process(pid).cpu_times()[:2]) for pid in pids)


WORKLOAD = Workload(
    name="helped",
    title="From waiting legs to rated rows, on several nodes",
    says=f"The same {LEGS:,} legs and {CODES:,} codes on PostgreSQL, by the calculator with one part and a "
    "part on each of the other nodes, which are processes of this machine.",
    columns=(
        Column("rate", "legs a second", 0),
        Column("own", "CPU a leg, µs", 1),
        Column("others", "other nodes', µs", 1),
        Column("server", "database server's, µs", 1),
    ),
    spread="rate",
    contenders=tuple(
        Contender("1 node" if nodes == 1 else f"{nodes} nodes", partial(measure, nodes=nodes))
        for nodes in (1, 2, 4)
    ),
    rounds=3,
)

if __name__ == "__main__":
    for each in WORKLOAD.contenders:
        with Servers() as started:
            print(f"{each.name:10}", each.measure(started, Size()), flush=True)
