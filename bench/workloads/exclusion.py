"""W2: jobs of 20 ms of which only one may run at a time."""

from __future__ import annotations

from functools import partial

from bench import facts
from bench.facts import WARM
from bench.ours import Ours
from bench.peers import listed
from bench.servers import Servers
from bench.system import HOLD, Opener, Plan
from bench.workload import Column, Contender, Size, Values, Workload


def measure(opener: Opener, servers: Servers, size: Size) -> Values:
    """How one followed the other; what did not run in time is missing in `done`."""
    with opener.opened(servers, Plan()) as system:
        system.send("excl", size.grouped, size.patience)
        complete = system.facts.wait(WARM + 2 * size.grouped, size.patience, 0.01)
        if complete:
            system.settled(size.patience)
        return facts.exclusion(system.facts.read(), HOLD)


WORKLOAD = Workload(
    name="w2",
    title="W2: one at a time",
    says="Jobs of 20 ms in one exclusion group, 8 threads. Efficiency = jobs times 20 ms ÷ (first start → "
    "last end); gap = end of one → start of the next; overlaps must be 0; out of order = the farthest from "
    "the order of asking. Tickworks also with each run in three groups at once, which no peer can do. "
    "`celery_rmq:block` keeps its threads waiting for the lock; `dramatiq_rmq:single` is a queue with one "
    "thread of its own: the floor. Who has not done all within the patience shows fewer done.",
    columns=(
        Column("efficiency", "efficiency", 3),
        Column("gap_p50", "gap p50, ms", 2),
        Column("gap_p99", "gap p99, ms", 1),
        Column("overlaps", "overlaps", 0),
        Column("out_of_order", "out of order", 0),
        Column("done", "done", 0),
    ),
    spread="efficiency",
    contenders=tuple(
        Contender(each.name, partial(measure, each))
        for each in (
            Ours("embedded"),
            Ours("embedded", excl="excl3", label=", three groups"),
            Ours("servers"),
            Ours("servers", excl="excl3", label=", three groups"),
            *listed.EXCLUSION,
        )
    ),
)
