"""The benchmarks of single parts, which tell their figures as text: page, browser, scrape, drain, rating."""

from __future__ import annotations

from bench import drain, metrics, page, rating
from bench.workload import Workload


def _browser() -> list[tuple[str, str, str]]:
    """Needs Chromium's driver, which the others do not."""
    from bench import browser

    return browser.main()


WORKLOADS = (
    Workload("page", "The web process", "Its own time, over loopback, on SQLite.", tells=page.main),
    Workload("browser", "At the page", "In Chromium, 103 services.", tells=_browser),
    Workload("metrics", "The scrape", "GET /metrics, each one made anew.", tells=metrics.main),
    Workload("drain", "Stopping a busy node", "SIGTERM → the last process is gone.", tells=drain.main),
    Workload("rating", "Rating", "200,000 codes in memory, CPU time of one core.", tells=rating.main),
)
