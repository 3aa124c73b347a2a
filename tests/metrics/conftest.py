"""The metrics of the engine under test."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from metrics.collect import KEEP, Metrics
from tests.support.engine import Engine
from tests.support.scraped import Scraped

Scrape = Callable[..., Scraped]


@pytest.fixture
def scrape(engine: Engine) -> Scrape:
    """Scrape the engine's database as it is now."""
    metrics = Metrics(clock=engine.clock, zone=engine.zone, version="1.2.3", kinds=["create"])

    def now(accept: str = "") -> Scraped:
        engine.clock.advance(KEEP)
        return Scraped(*metrics.text(accept))

    return now
