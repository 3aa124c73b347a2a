"""W1: no-op jobs, one call each."""

from __future__ import annotations

import time
from functools import partial

from bench.facts import WARM
from bench.ours import Ours
from bench.peers import listed
from bench.servers import Servers
from bench.system import Opener, Plan
from bench.workload import Column, Contender, Size, Values, Workload

SERVERS = Ours("servers")


def measure(opener: Opener, servers: Servers, size: Size, what: str = "noop") -> Values:
    """Jobs a second from the first request to the last job's line; its settling is awaited, not timed."""
    with opener.opened(servers, Plan()) as system:
        sent = system.send(what, size.runs, size.patience)
        began = time.monotonic()
        if not system.facts.wait(WARM + size.runs, size.patience):
            raise RuntimeError(f"{system.facts.count() - WARM} of {size.runs} ran in {size.patience:.0f} s")
        facts = system.facts.read()
        system.settled(size.patience)
        return {
            "rate": size.runs / ((facts[-1].at - sent.began) / 1e9),
            "asked": size.runs / ((sent.ended - sent.began) / 1e9),
            "settled": time.monotonic() - began,
        }


WORKLOAD = Workload(
    name="w1",
    title="W1: throughput",
    says="No-op jobs asked for one call each by one requester; one worker process with 8 threads "
    "(RQ: 8 processes). Rate = jobs ÷ (first request → last job's line). Where the rate of asking is the "
    "same, the requester is the limit. Peers publish a message, which nobody has recorded yet; Tickworks is "
    "asked by a message too, and by a requester that writes each run to the database itself, as page, API "
    "and command line do. Of Tickworks every run must have ended as succeeded, with its history written, or "
    "the round does not count.",
    columns=(Column("rate", "jobs/s", 0), Column("asked", "asked for/s", 0)),
    spread="rate",
    contenders=(
        *(Contender(each.name, partial(measure, each)) for each in (Ours("embedded"), SERVERS)),
        Contender(f"{SERVERS.name}, by message", partial(measure, SERVERS, what="noop_message")),
        *(Contender(each.name, partial(measure, each)) for each in listed.THROUGHPUT),
    ),
)
