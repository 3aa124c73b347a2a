"""W4: one job for a system that is idle."""

from __future__ import annotations

from functools import partial

from bench.facts import percentile
from bench.ours import Ours
from bench.peers import listed
from bench.servers import Servers
from bench.system import Opener, Plan
from bench.workload import Column, Contender, Size, Values, Workload


def measure(opener: Opener, servers: Servers, size: Size, what: str = "spaced") -> Values:
    """ms from before the call to the first line of the job."""
    with opener.opened(servers, Plan()) as system:
        sent = system.send(what, size.forced, size.patience)
        began = {fact.number: fact.at for fact in system.facts.read() if fact.kind in "NS"}
        took = [(began[number] - at) / 1e6 for number, at in enumerate(sent.each)]
        return {"p50": percentile(took, 0.5), "p99": percentile(took, 0.99), "max": max(took)}


def _ours(stack: str) -> list[Contender]:
    plain = Ours(stack)
    ways = [("spaced", ""), ("spaced_excl", ", into a group")]
    if stack == "servers":
        ways.append(("spaced_message", ", by message"))
        ways.append(("spaced_message_excl", ", by message into a group"))
    return [Contender(plain.name + label, partial(measure, plain, what=what)) for what, label in ways]


WORKLOAD = Workload(
    name="w4",
    title="W4: force → start",
    says="One job for an idle system, 30 to 90 ms of random rest between two. Latency = before the call → "
    "first line of the job, in ms. Tickworks by a requester that writes to the database itself (as page, API "
    "and command line do), and by a message to the request queue.",
    columns=(Column("p50", "p50", 2), Column("p99", "p99", 1), Column("max", "max", 1)),
    spread="p50",
    contenders=(
        *_ours("embedded"),
        *_ours("servers"),
        *(Contender(each.name, partial(measure, each)) for each in listed.FORCED),
    ),
)
