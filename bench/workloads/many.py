"""5,000 services that are due at the same minute, on three nodes."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.ours import Ours, OurSystem
from bench.servers import Servers
from bench.system import Plan
from bench.workload import Column, Contender, Missing, Size, Values, Workload
from bench.workloads.minute import next_minute
from store import database
from tests.support.process import end, start
from tests.support.site import ROOT

#: s from the start to the minute: so many actors take their time to declare.
LEAD = 30.0
#: So many times the patience of one measurement.
PATIENCE = 5
OURS = Ours("servers", label=", 3 nodes")


def measure(servers: Servers, size: Size) -> Values:
    """s from the planned time until all are recorded with a state and a reason, and until all have ended."""
    if size.many < 1:
        raise Missing("no services were asked for")
    plan = Plan(schedule="minute", planned=size.many)
    with OURS.opened(servers, plan) as system, second_node(system, "n2"), second_node(system, "n3"):
        until_up(3)
        planned = int(next_minute(LEAD if size.many > 1000 else 8.0))
        time.sleep(planned - time.time())
        recorded = _until(f"planned_at = {planned} AND (state <> 'queued' OR wait_code IS NOT NULL)", size)
        ended = _until(f"planned_at = {planned} AND ended_at IS NOT NULL", size)
        return {
            "recorded": recorded - planned,
            "ended": ended - planned,
            "rate": size.many / (ended - planned),
        }


@contextmanager
def second_node(system: OurSystem, name: str) -> Iterator[None]:
    """Another node of the site, from a file of its own."""
    folder = system.site.folder
    file = folder / f"{name}.toml"
    file.write_text((folder / "tickworks.toml").read_text().replace('name = "n1"', f'name = "{name}"'))
    command = [str(Path(sys.executable).parent / "tickworks"), "--config", str(file), "node"]
    process = start(command, log=folder / f"{name}.log", env=_environment())
    try:
        yield
    finally:
        end(process, how=2, grace=30)


def _environment() -> dict[str, str]:
    outer = {name: value for name, value in os.environ.items() if not name.startswith("TICKWORKS_")}
    return {**outer, "PYTHONPATH": str(ROOT)}


def until_up(nodes: int) -> None:
    """Wait until so many nodes have a worker. Raises RuntimeError."""
    deadline = time.monotonic() + 60
    workers = "SELECT COUNT(DISTINCT node) FROM process WHERE kind = 'worker' AND state = 'up'"
    while database.read().value(workers) < nodes:
        if time.monotonic() > deadline:
            raise RuntimeError(f"not all of the {nodes} nodes came up")
        time.sleep(0.1)


def _until(condition: str, size: Size) -> float:
    """The moment, in epoch s, at which so many runs meet it; looked at every 20 ms."""
    deadline = time.monotonic() + PATIENCE * size.patience
    sql = f"SELECT COUNT(*) FROM run WHERE service LIKE 'planned%' AND {condition}"
    while (met := database.read().value(sql)) < size.many:
        if time.monotonic() > deadline:
            raise RuntimeError(f"{met} of {size.many} in vain: {condition}")
        time.sleep(0.02)
    return time.time()


WORKLOAD = Workload(
    name="many",
    title="5,000 services at one minute, three nodes",
    says="Three nodes of 8 threads each (all on this machine), PostgreSQL + RabbitMQ, 5,000 services with a "
    "period of one minute. Seconds from the planned time until each has a recorded state, with a reason if "
    "it waits, and until all have ended.",
    columns=(
        Column("recorded", "all recorded, s", 2),
        Column("ended", "all ended, s", 2),
        Column("rate", "runs/s", 0),
    ),
    spread="ended",
    contenders=(Contender(OURS.name, measure),),
)
