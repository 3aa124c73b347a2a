"""The grant pass over a long line, and a release that hands over to the next of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import Any

from bench.facts import percentile
from bench.long_history import fill
from bench.servers import Servers
from bench.workload import Column, Contender, Size, Values, Workload
from coordinator.ends import Finished, finish_grouped
from coordinator.grants import Here
from store import database, migrate
from store.run.claimed import ClaimedRun
from store.run.ended import Ending
from store.service import Declared
from tests.support.engine import DEFAULTS, Engine

GROUPS = 100
TIMES = 30
#: Ended runs that lie there already.
ENDED = 100_000


def measure(servers: Servers, size: Size, *, postgresql: bool, nodes: int) -> Values:
    """ms, p50 of `TIMES` passes over the whole line, releases, and sweeps."""
    with ExitStack() as last:
        folder = servers.new_folder()
        url = last.enter_context(servers.database()) if postgresql else f"sqlite:///{folder}/bench.db"
        database.open(url)
        last.callback(database.close)
        migrate.up()
        engine, running = _line(size, nodes)
        passes = [_timed(engine.look) for _ in range(TIMES)]
        sweeps = []
        for _ in range(TIMES // 3):
            engine.clock.advance(1)  # in all less than a lease: nobody renews
            sweeps.append(_timed(engine.sweep))
        releases = []
        for _ in range(TIMES):
            run = running.pop(0)
            here = engine.here(engine.run(run.run_id)["node"])
            began = time.perf_counter()
            done = _release(engine, run, here)
            releases.append((time.perf_counter() - began) * 1000)
            after = done.next or next((engine.claim(each.run_id) for each in done.messages), None)
            if after is None:
                raise RuntimeError("a release handed over to nobody")
            running.append(after)
        return {
            "pass": percentile(passes, 0.5),
            "release": percentile(releases, 0.5),
            "release_p99": percentile(releases, 0.99),
            "sweep": percentile(sweeps, 0.5),
        }


def _line(size: Size, nodes: int) -> tuple[Engine, list[Any]]:
    """All groups held by runs at work, and the line that waits for them."""
    engine = Engine()
    groups = [f"group_{number:03d}" for number in range(min(GROUPS, max(1, size.waiting // 4)))]
    declared = [_service(number, groups) for number in range(size.services)]
    engine._declared = {each.name: each for each in declared}
    engine.sync()
    for number in range(1, nodes + 1):
        engine.make_node(f"n{number}", slots=max(8, 2 * len(groups) // nodes))
    fill(ENDED if size.services >= ENDED // 10 else size.services)  # then analysed: the line comes after
    running = []
    for number in range(size.waiting + len(groups)):
        name = declared[number % len(declared)].name
        run_id = engine.request(name, args={"number": number})
        if number < len(groups) and (run := engine.claim(run_id)) is not None:
            running.append(run)
    return engine, running


def _service(number: int, groups: list[str]) -> Declared:
    settings = {**DEFAULTS, "run_groups": [groups[number % len(groups)]]}
    name = f"service_{number:05d}"
    return Declared(name, f"Service {number}", "on_demand", "bench", "core", None, settings)


def _release(engine: Engine, run: ClaimedRun, here: Here) -> Finished:
    """As a worker's thread ends a run that holds groups."""
    now = engine.clock.now()
    end = Ending(run.run_id, run.fence, run.attempt, "succeeded", now)
    return database.write(
        lambda tx: finish_grouped(tx, end, engine.rules, here, now, groups=run.groups, last=True),
        durable=False,
    )


def _timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000


WORKLOAD = Workload(
    name="line",
    title="The grant pass",
    says="10,000 services, 100 run groups, all held; 1,000 runs wait for them, 100,000 have ended. The "
    "database's statistics are from before the line, as when many come at once. Milliseconds of a look at "
    "the whole line (one transaction, as each sweep does), of a sweep with all else that it looks at, and "
    "of a release: the end of a run with the hand-over to the next that waits for its group. 50 nodes are "
    "rows of the database.",
    columns=(
        Column("pass", "pass p50, ms", 1),
        Column("sweep", "sweep p50, ms", 1),
        Column("release", "release p50, ms", 2),
        Column("release_p99", "release p99, ms", 1),
    ),
    spread="pass",
    contenders=tuple(
        Contender(
            f"{'PostgreSQL' if postgresql else 'SQLite'}, {nodes} node{'s' if nodes > 1 else ''}",
            partial(measure, postgresql=postgresql, nodes=nodes),
        )
        for postgresql in (True, False)
        for nodes in (1, 50)
    ),
)
