"""A thousand checks on one processor: what a minute of monitoring takes."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial

from backends.probe import http, tcp, tls
from backends.probe.finding import Finding
from backends.probe.sweep import sweep
from bench.servers import Servers
from bench.workload import Column, Contender, Size, Values, Workload
from tests.support.real_nginx import GOOD, RealNginx, real_nginx

AT_ONCE = 100
CHECKS = 1000
#: Every twentieth server takes connections and says nothing, until the check's time is over.
SILENT_EACH = 20
PATIENCE = 5.0


class Open:
    """Counts the checks that are under way."""

    def __init__(self) -> None:
        self.now = self.most = 0

    async def counted(self, probe: Callable[[], Awaitable[Finding]]) -> Finding:
        """Run one."""
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            return await probe()
        finally:
            self.now -= 1


def measure(servers: Servers, size: Size, *, what: str) -> Values:
    """s of the wall clock and of the processor for `CHECKS` checks, and how many were open at most."""
    count = CHECKS if size.runs >= CHECKS else size.runs
    with real_nginx() as server, _silent() as silent, one_processor():
        kinds = _kinds(server, silent)[what]
        seen = Open()
        asks = {number: partial(seen.counted, kinds[number % len(kinds)]) for number in range(count)}
        began, used = time.perf_counter(), time.process_time()
        found = sweep(asks, at_once=AT_ONCE)
        values = {
            "wall": time.perf_counter() - began,
            "cpu": time.process_time() - used,
            "open": float(seen.most),
            "bad": float(sum(not finding.ok for finding in found.values())),
        }
    if what != "silent" and values["bad"]:
        raise RuntimeError(f"{values['bad']:.0f} checks of a good server failed")
    return dict(values)


def _kinds(server: RealNginx, silent: int) -> dict[str, list[Callable[[], Awaitable[Finding]]]]:
    page = partial(http.ask, server.url(), wanted=GOOD)
    secured = partial(http.ask, f"https://localhost:{server.good}/", ca_file=server.ca_file, wanted=GOOD)
    days = partial(tls.ask, "localhost", server.good, now=time.time(), ca_file=server.ca_file)
    port = partial(tcp.ask, "127.0.0.1", server.http)
    nobody = partial(http.ask, f"http://127.0.0.1:{silent}/", total=PATIENCE)
    mixed = [*[page, port] * (SILENT_EACH // 2)]
    return {
        "tcp": [port],
        "http": [page],
        "https": [secured],
        "tls": [days],
        "mixed": [page, port],
        "silent": [*mixed[:-1], nobody],
    }


@contextmanager
def _silent() -> Iterator[int]:
    """The port of a server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listener:
        yield int(listener.getsockname()[1])


@contextmanager
def one_processor() -> Iterator[None]:
    """This process has one; the server may have the others."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(allowed)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


_NAMES = {
    "tcp": "TCP",
    "http": "HTTP, a text wanted",
    "https": "HTTPS, a text wanted",
    "tls": "TLS, days of the certificate",
    "mixed": "HTTP and TCP by turns",
    "silent": "HTTP and TCP, every 20th server silent for 5 s",
}

WORKLOAD = Workload(
    name="probes",
    title="A thousand checks",
    says="1,000 checks of a real nginx from one process that has one processor, at most 100 open at once.",
    columns=(
        Column("wall", "all, s", 2),
        Column("cpu", "CPU, s", 2),
        Column("open", "open at most", 0),
        Column("bad", "not ok", 0),
    ),
    spread="wall",
    contenders=tuple(Contender(name, partial(measure, what=what)) for what, name in _NAMES.items()),
    rounds=3,
)

if __name__ == "__main__":
    for each in WORKLOAD.contenders:
        with Servers() as started:
            print(f"{each.name:50}", each.measure(started, Size()), flush=True)
