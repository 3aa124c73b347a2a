"""Pages and listings with a long history."""

from __future__ import annotations

from functools import partial

from bench.facts import percentile
from bench.long_history import SERVICES, site_of
from bench.servers import Servers
from bench.site import served
from bench.workload import Column, Contender, Size, Values, Workload

TIMES = 25
#: Figure -> address; each call asks for another service or run.
ADDRESSES = {
    "services": "/",
    "runs": "/runs",
    "of_service": "/runs?service=service_{service:04d}",
    "failed": "/runs?state=failed",
    "one": "/runs/{run}",
    "service": "/services/service_{service:04d}",
    "charts": "/services/service_{service:04d}/charts",
    "api": "/api/v1/runs?limit=50",
    "of_state": "/api/v1/runs?state=failed&service=service_{service:04d}",
}


def measure(servers: Servers, size: Size, *, stack: str) -> Values:
    """ms, p50 of each address over new connections, as a browser's first call."""
    values: Values = {}
    with served(site_of(servers, stack, size.history)) as site:
        for name, address in ADDRESSES.items():
            took = []
            for number in range(TIMES + 1):
                run = 1 + (number * 7919) % size.history
                path = address.format(service=number * 7 % SERVICES, run=run)
                status, _, seconds = site.get(path)
                if status != 200:
                    raise RuntimeError(f"{path} answered {status}")
                took.append(seconds * 1000)
            values[name] = percentile(took[1:], 0.5)
    return values


WORKLOAD = Workload(
    name="history",
    title="Pages with 5 million runs of history",
    says="103 services, 5 million ended runs with their attempts in 30 days, a web process of its own. "
    "Milliseconds over a new connection, p50 of 25 calls, each for another service or run: services page, "
    "runs page, runs of a service, failed runs, one run, a service, its charts; of the API 50 runs and the "
    "failed runs of a service.",
    columns=tuple(Column(name, f"{name.replace('_', ' ')}, ms", 0) for name in ADDRESSES),
    spread="runs",
    contenders=tuple(
        Contender(name, partial(measure, stack=stack))
        for stack, name in (("servers", "PostgreSQL"), ("embedded", "SQLite"))
    ),
)
