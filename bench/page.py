"""The page's figures: server time, idle cost of open pages, API calls a second (issue: the operators' page).

Run by `make bench`, or alone: ``python -m bench page``.
"""

from __future__ import annotations

import http.client
import statistics
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

from bench.site import Measured, measured

PAGES = 50
IDLE_SECONDS = 20


def main() -> list[tuple[str, str, str]]:
    """(what, figure, aim) of everything measured."""
    found = []
    for services, runs, aim in ((103, 200_000, "50 ms"), (2000, 200_000, "300 ms")):
        with tempfile.TemporaryDirectory() as folder, measured(Path(folder), services, runs) as site:
            found.append((f"services page, {services} services, server time p50", _page(site), f"≤ {aim}"))
            if services == 103:
                found.append((f"{PAGES} open live pages, idle", _idle(site), "≤ 10 % of a core"))
                found.append(
                    ("GET /api/v1/services", _calls(site, "/api/v1/services"), "≥ 300/s (list calls)")
                )
                found.append(("GET /api/v1/runs?limit=50", _calls(site, "/api/v1/runs?limit=50"), "≥ 300/s"))
    return found


def _page(site: Measured) -> str:
    site.get("/")
    times = [site.get("/", {"accept-encoding": "gzip"})[2] for _ in range(30)]
    size = len(site.get("/")[1])
    return f"{statistics.median(times) * 1000:.0f} ms (max {max(times) * 1000:.0f}), {size / 1000:.0f} kB"


def _idle(site: Measured) -> str:
    """The share of one core that the web process takes while pages are open and nothing happens."""
    parts = urlsplit(site.address)
    connections = []
    for _ in range(PAGES):
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
        connection.request("GET", "/live/services", headers={"cookie": site.cookie})
        answer = connection.getresponse()
        threading.Thread(target=_read, args=(answer,), daemon=True).start()
        connections.append(connection)
    time.sleep(5)
    before = sum(site.process.cpu_times()[:2])
    time.sleep(IDLE_SECONDS)
    share = (sum(site.process.cpu_times()[:2]) - before) / IDLE_SECONDS
    for connection in connections:
        connection.sock.close() if connection.sock else None
    return f"{share:.1%} of a core"


def _read(answer: http.client.HTTPResponse) -> None:
    try:
        while answer.read1(65536):
            pass
    except (OSError, ValueError, http.client.HTTPException):
        pass


def _calls(site: Measured, path: str, seconds: float = 5, clients: int = 4) -> str:
    """Calls a second over kept connections, by a few clients at once."""
    parts = urlsplit(site.address)
    until = time.monotonic() + seconds

    def client(_: int) -> int:
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
        done = 0
        while time.monotonic() < until:
            connection.request("GET", path, headers={"cookie": site.cookie})
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{path} answered {answer.status}")
            done += 1
        return done

    with ThreadPoolExecutor(clients) as pool:
        return f"{sum(pool.map(client, range(clients))) / seconds:.0f}/s"
