"""W5: the worker is killed while jobs are at work."""

from __future__ import annotations

import time
from collections import Counter
from functools import partial

from bench.facts import WARM, Fact
from bench.ours import Ours
from bench.peers import listed
from bench.servers import Servers
from bench.system import LONG, Opener, Plan
from bench.workload import Column, Contender, Size, Values, Workload


def measure(opener: Opener, servers: Servers, size: Size) -> Values:
    """s from the kill until all have begun anew, and until all have ended; what was lost or doubled."""
    with opener.opened(servers, Plan(threads=size.crashed)) as system:
        system.send("long", size.crashed, size.patience)
        if not system.facts.wait(WARM + size.crashed, 30):
            raise RuntimeError(f"{system.facts.count() - WARM} of {size.crashed} were at work")
        time.sleep(0.5)
        killed = system.crash()
        deadline = time.monotonic() + size.patience
        while time.monotonic() < deadline and len(_ended(system.facts.read())) < size.crashed:
            time.sleep(0.1)
        time.sleep(LONG + 0.5)  # who is doing one a second time shows it now
        facts = system.facts.read()
        ended = _ended(facts)
        again = {fact.number: fact.at for fact in reversed(facts) if fact.kind == "S" and fact.at > killed}
        done = len(ended) == size.crashed
        return {
            "began": (max(again.values()) - killed) / 1e9 if len(again) == size.crashed else None,
            "ended": (max(ended.values()) - killed) / 1e9 if done else None,
            "lost": float(size.crashed - len(ended)),
            "doubled": float(sum(n > 1 for n in Counter(f.number for f in facts if f.kind == "E").values())),
        }


def _ended(facts: list[Fact]) -> dict[int, int]:
    """When each ended for the first time."""
    return {fact.number: fact.at for fact in reversed(facts) if fact.kind == "E"}


WORKLOAD = Workload(
    name="w5",
    title="W5: the worker is killed",
    says="20 jobs of 3 s are at work on 20 threads when the worker gets kill -9. A new one starts at once "
    "(by the agent, of Tickworks). Seconds from the kill until the last has begun again, and until all have "
    "ended (3 s of it is the job). Lost = not ended within the patience; doubled = ended twice.",
    columns=(
        Column("began", "all begun again, s", 2),
        Column("ended", "all ended, s", 2),
        Column("lost", "lost", 0),
        Column("doubled", "doubled", 0),
    ),
    spread="began",
    contenders=tuple(
        Contender(each.name, partial(measure, each))
        for each in (Ours("embedded"), Ours("servers"), *listed.CRASH)
    ),
)
