"""The engine's own workloads on both stacks: W1 throughput, W2 hand-over in groups, W4 force to start.

One node with one worker process of 8 threads. The figures are read from the runs themselves: a start
is the moment at which the worker's claim or hand-over was written, an end that of the service's return.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

from broker.connect import connect
from broker.publish import Publisher
from coordinator.grants import Rules
from coordinator.requests import Request, request
from domain.time.clock import SystemClock
from store import database
from tests.support.postgresql import PostgresqlServer
from tests.support.rabbitmq import RabbitmqServer
from tests.support.site import RunningSite, running

SERVICES = """
import time
from actors import Context, Outcome, service

@service()
def noop(context):
    return None

@service(run_groups=("a",))
def one_group(context):
    time.sleep(0.02)

@service(run_groups=("a", "b", "c"))
def three_groups(context):
    time.sleep(0.02)
"""
HOLD = 0.02
STACKS = ("embedded", "servers")
Figure = tuple[str, str, str]


def main() -> list[Figure]:
    """(what, figure, aim) of everything measured."""
    return [figure for stack in STACKS for figure in _stack(stack)]


def _stack(stack: str) -> list[Figure]:
    embedded = stack == "embedded"
    with _site(stack) as force:
        force("noop")
        w4 = _latency(force, "noop", 60)
        grouped = _latency(force, "one_group", 60)
        w2 = [_handed_over(force, name) for name in ("one_group", "three_groups")]
        w1 = _throughput(force, 2000)
    name = "SQLite, embedded" if embedded else "PostgreSQL + RabbitMQ"
    one, three = ("≥ 0.92", "≥ 0.90") if embedded else ("≥ 0.88", "≥ 0.86")
    return [
        (f"W4 force → start, {name}", w4, "p50 ≤ 4 ms" if embedded else "p50 ≤ 5 ms"),
        (f"W4 into a group, {name}", grouped, "p50 ≤ 6 ms"),
        (f"W2 200 of 20 ms in one group, {name}", w2[0], f"efficiency {one}"),
        (f"W2 the same in three groups, {name}", w2[1], f"efficiency {three}"),
        (f"W1 2,000 no-ops, {name}", w1, "≥ 1,200 runs/s" if embedded else "see peers"),
    ]


@contextmanager
def _site(stack: str) -> Iterator[Callable[[str], int]]:
    """A site, and what forces a run as a requester of its own: insert, grant, commit, publish."""
    with tempfile.TemporaryDirectory() as folder, _urls(stack, Path(folder)) as (url, broker_url):
        node = {"processes": 1, "threads": 8}
        site = RunningSite(
            Path(folder), database_url=url, broker_url=broker_url, services=SERVICES, node=node
        )
        with running(site):
            broker = connect(broker_url)
            publisher, rules, clock = Publisher(broker), Rules(), SystemClock()
            numbers = iter(range(10**9))

            def force(name: str) -> int:
                asked = Request(service=name, trigger="api", by="bench", args={"n": next(numbers)})
                accepted = database.write(lambda tx: request(tx, asked, rules, clock.now()))
                publisher.runs(accepted.messages)
                return accepted.run_ids[0]

            yield force
            broker.close()


@contextmanager
def _urls(stack: str, folder: Path) -> Iterator[tuple[str, str]]:
    if stack == "embedded":
        yield f"sqlite:///{folder}/var/bench.db", "database"
        return
    postgresql = PostgresqlServer(fsync="on", full_page_writes="on", shared_buffers="256MB")
    rabbitmq = RabbitmqServer()
    try:
        postgresql.start()
        rabbitmq.start()
        postgresql.add_database("bench")
        rabbitmq.add_vhost("bench")
        yield postgresql.url("bench"), rabbitmq.url("bench")
    finally:
        postgresql.remove()
        rabbitmq.remove()


def _latency(force: Callable[[str], int], name: str, times: int) -> str:
    found = []
    for _ in range(times):
        asked = time.time()
        run_id = force(name)
        time.sleep(0.06)
        started = None
        while started is None:
            started = database.read().value("SELECT started_at FROM run WHERE id = ?", (run_id,))
        found.append((started - asked) * 1000)
    found.sort()
    return f"p50 {statistics.median(found):.1f} ms, p99 {found[-1]:.1f} ms"


def _handed_over(force: Callable[[str], int], name: str) -> str:
    ids = [force(name) for _ in range(200)]
    rows = _ended(ids)
    span = max(row[1] for row in rows) - min(row[0] for row in rows)
    gaps = [(after[0] - before[1]) * 1000 for before, after in pairwise(rows)]
    return f"efficiency {len(rows) * HOLD / span:.3f}, gap p50 {statistics.median(gaps):.2f} ms"


def _throughput(force: Callable[[str], int], count: int) -> str:
    start = time.time()
    ids = [force("noop") for _ in range(count)]
    asked = time.time() - start
    rows = _ended(ids)
    return f"{count / (max(row[1] for row in rows) - start):.0f} runs/s (asked for at {count / asked:.0f}/s)"


def _ended(ids: list[int]) -> list[tuple[float, float]]:
    """(start, end) of these runs by start, once all have ended."""
    first, last = min(ids), max(ids)
    sql = "SELECT COUNT(*) FROM run WHERE id BETWEEN ? AND ? AND ended_at IS NULL"
    while database.read().value(sql, (first, last)):
        time.sleep(0.1)
    rows = database.read().all(
        "SELECT started_at, ended_at FROM run WHERE id BETWEEN ? AND ? ORDER BY started_at", (first, last)
    )
    return [(row[0], row[1]) for row in rows]
