"""The scrape's figures: time and size with 103 services and a long history, and with 2,000 services.

Run by `make bench`, or alone: ``python -m bench.metrics``.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from bench.site import Measured, measured
from metrics.collect import KEEP
from store import database, tally
from store.tx import Tx

OUTCOMES = [f"{how}|{why}" for how in ("succeeded", "failed", "lost") for why in ("schedule", "manual")]


#: How often a site is scraped; the first one makes what the others find.
SCRAPES = 30


def main() -> list[tuple[str, str, str]]:
    """(what, figure, aim) of everything measured."""
    found = []
    for services, runs, aim in ((103, 1_000_000, "≤ 100 ms, ≤ 600 kB"), (2000, 100_000, "an answer")):
        with tempfile.TemporaryDirectory() as folder, measured(Path(folder), services, runs) as site:
            database.write(_tallies)
            what = f"GET /metrics, {services} services, {runs:,} runs of history"
            found.append((what, _scrape(site), aim))
    return found


def _tallies(tx: Tx) -> None:
    """What such a history has counted, for every service."""
    for (name,) in tx.all("SELECT name FROM service"):
        raises = [(name, "runs", outcome, 1000.0) for outcome in OUTCOMES]
        raises += [(name, "occurrences", result, 1000.0) for result in ("ran", "merged", "skipped")]
        raises += tally.observed(name, "run_duration", 0.7, tally.DURATION_BUCKETS)
        raises += tally.observed(name, "run_queue_time", 0.02, tally.QUEUE_BUCKETS)
        tally.add(tx, raises)


def _scrape(site: Measured) -> str:
    """Each scrape reads anew: what was kept of the last has run out."""
    times, body = [], b""
    before = _worked(site)
    for _ in range(SCRAPES):
        status, body, took = site.get("/metrics")
        if status != 200:
            raise RuntimeError(f"/metrics answered {status}")
        times.append(took)
        time.sleep(KEEP)
    series = sum(not line.startswith(b"#") for line in body.splitlines())
    p50, most = statistics.median(times[1:]) * 1000, max(times[1:]) * 1000
    each = (_worked(site) - before) / SCRAPES * 1000
    size = f"{len(body) / 1000:.0f} kB, {series} series"
    return f"{p50:.0f} ms (max {most:.0f}; {each:.0f} of a processor), {size}"


def _worked(site: Measured) -> float:
    """Seconds of a processor that the process has had: what a busy machine does not lengthen."""
    used = site.process.cpu_times()
    return float(used.user + used.system)


if __name__ == "__main__":
    for what, figure, aim in main():
        print(f"{what:55} {figure:60} aim {aim}")
