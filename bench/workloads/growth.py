"""What a site loses, or gains, when it grows."""

from __future__ import annotations

from functools import partial

from bench.facts import percentile
from bench.ours import STACKS, Ours
from bench.servers import Servers
from bench.system import Plan
from bench.workload import Column, Contender, Size, Values, Workload


def measure(servers: Servers, size: Size, *, stack: str, what: str) -> Values:
    """Throughput as in W1 and latency as in W4, of one site that has grown in one way."""
    processes = 2 if what == "2 processes" else 1
    plan = Plan(
        planned={"100 services": 100, "10,000 services": size.services}.get(what, 0),
        history=size.history if what == "5 million runs" else 0,
    )
    with Ours(stack, processes=processes).opened(servers, plan) as system:
        sent = system.send("spaced", size.forced, size.patience)
        began = {fact.number: fact.at for fact in system.facts.read()}
        took = [(began[number] - at) / 1e6 for number, at in enumerate(sent.each)]
        before = system.facts.count()
        sent = system.send("noop", size.runs, size.patience)
        lines = before + (before - size.forced) + size.runs  # those of the warm-up come again
        if not system.facts.wait(lines, size.patience):
            raise RuntimeError(f"{lines - system.facts.count()} did not run")
        last = system.facts.read()[-1].at
        system.settled(size.patience)
        return {
            "rate": size.runs / ((last - sent.began) / 1e9),
            "p50": percentile(took, 0.5),
            "p99": percentile(took, 0.99),
        }


WAYS = ("1 process", "2 processes", "100 services", "10,000 services", "5 million runs")

WORKLOAD = Workload(
    name="growth",
    title="Growth",
    says="W1 and W4 by the same requester on sites that have grown: 2 worker processes instead of 1; 100 and "
    "10,000 services more; 5 million ended runs. For 1 → 50 nodes see the grant pass.",
    columns=(Column("rate", "W1, runs/s", 0), Column("p50", "W4 p50, ms", 1), Column("p99", "W4 p99, ms", 1)),
    spread="rate",
    contenders=tuple(
        Contender(f"{STACKS[stack]}, {what}", partial(measure, stack=stack, what=what))
        for stack in STACKS
        for what in WAYS
    ),
    rounds=3,
)
