"""Are the figures of the own machine measured and kept under the node's name?"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from actors.monitoring import server_stats
from actors.monitoring.server_stats import Options
from actors.service import call
from actors.testing import FakeContext, testing_context
from store import database, sample
from tests.support.opened import DATABASES, opened_database

OPTIONS = Options(shortest=0.1)


@pytest.fixture(params=DATABASES, autouse=True)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    yield from opened_database(request, tmp_path)


@pytest.fixture
def context() -> FakeContext:
    return testing_context(server_stats.run, node="n7")


def kept(node: str) -> dict[tuple[str, str], float]:
    return {(metric, about): value for metric, about, _, value in sample.latest(database.read(), node)}


@pytest.mark.covers("server_stats", 1)
def test_a_run_keeps_one_sample_of_each_figure(context: FakeContext) -> None:
    outcome = call(server_stats.run, context, OPTIONS)
    figures = kept("n7")
    assert outcome is not None
    assert outcome.counts == {"samples": len(figures)}
    assert {metric for metric, _ in figures} >= {
        *("cpu.percent", "load.1", "memory.used_bytes", "memory.total_bytes", "swap.used_bytes", "processes"),
        *("network.received_bytes_per_second", "disk.used_bytes", "disk.total_bytes"),
    }
    assert figures["memory.total_bytes", ""] == os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def test_cpu_use_is_measured_from_the_first_run_on(context: FakeContext) -> None:
    enough = threading.Event()
    busy = threading.Thread(target=lambda: [None for _ in iter(enough.is_set, True)])
    busy.start()
    call(server_stats.run, context, Options(shortest=0.2))
    enough.set()
    busy.join()
    assert 0 < kept("n7")["cpu.percent", ""] <= 100


def test_the_next_run_condenses_with_the_one_before(context: FakeContext) -> None:
    for _ in range(2):
        call(server_stats.run, context, OPTIONS)
        context.advance(60)
    points = sample.series(database.read(), "n7", "memory.total_bytes", "", 0, step=300)
    assert [(point.low, point.high, point.samples) for point in points] == [
        (points[0].mean, points[0].mean, 2)
    ]


@pytest.mark.parametrize("wrong", [{"shortest": 0.0}, {"shortest": 11.0}, {"shortest": 5.0, "longest": 5.0}])
def test_times_that_measure_nothing_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="shortest"):
        Options(**wrong)
