"""W3: 100 services that are due at the same minute."""

from __future__ import annotations

import time
from functools import partial

from bench.facts import lateness, percentile
from bench.ours import Ours
from bench.peers import listed
from bench.servers import Servers
from bench.system import Opener, Plan
from bench.workload import Column, Contender, Size, Values, Workload

#: It must be up for so long before the minute, in s; and gets so long after it.
LEAD, TAIL = 8.0, 25.0


def measure(opener: Opener, servers: Servers, size: Size) -> Values:
    """Lateness of the starts of one full minute."""
    with opener.opened(servers, Plan(schedule="minute", planned=size.planned)) as system:
        planned = next_minute(LEAD)
        time.sleep(max(0.0, planned - 1 - time.time()))
        late: list[float] = []
        while len(late) < size.planned and time.time() < planned + TAIL:
            time.sleep(0.2)
            late = lateness(system.facts.read(), planned)
        if not late:
            raise RuntimeError(f"nothing ran within {TAIL:.0f} s of the minute")
        return {
            "first": min(late),
            "p50": percentile(late, 0.5),
            "p99": percentile(late, 0.99),
            "done": float(len(late)),
        }


def next_minute(lead: float) -> float:
    """The next full minute that is at least `lead` s away, in epoch s."""
    return ((time.time() + lead) // 60 + 1) * 60


WORKLOAD = Workload(
    name="w3",
    title="W3: lateness at the minute",
    says="100 services with a period of one minute. Lateness = the planned time → the first line of the "
    "service's code, in ms, of all of one minute; it is up at least 8 s before. A peer that has not begun "
    "all within 25 s shows fewer done.",
    columns=(
        Column("first", "first", 0),
        Column("p50", "p50", 0),
        Column("p99", "p99", 0),
        Column("done", "done", 0),
    ),
    spread="p99",
    contenders=tuple(
        Contender(each.name, partial(measure, each))
        for each in (Ours("embedded"), Ours("servers"), *listed.MINUTE)
    ),
)
