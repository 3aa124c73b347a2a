"""Are figures reckoned rightly from what the jobs noted?"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bench.facts import Fact, FactLog, exclusion, lateness, percentile
from bench.peers import PROGRAMS

MS = 1_000_000


def _job(number: int, start: int, end: int) -> list[Fact]:
    return [Fact("S", number, start * MS, 1), Fact("E", number, end * MS, 1)]


def test_the_programs_of_the_peers_write_what_is_read(tmp_path: Path) -> None:
    log = FactLog(tmp_path / "facts")
    code = "import facts; facts.noop(-1); facts.noop(7); facts.during(8, 0)"
    env = {**os.environ, "BENCH_LOG": str(log.path), "PYTHONPATH": str(PROGRAMS)}
    subprocess.run([sys.executable, "-c", code], env=env, check=True)
    assert log.count() == 4
    assert [(fact.kind, fact.number) for fact in log.read()] == [("N", 7), ("S", 8), ("E", 8)]


def test_jobs_that_meet_are_counted_as_overlaps() -> None:
    facts = sorted(_job(0, 0, 20) + _job(1, 19, 39) + _job(2, 40, 60), key=lambda fact: fact.at)
    assert exclusion(facts, 0.02)["overlaps"] == 1


def test_efficiency_is_the_share_of_time_at_work() -> None:
    facts = _job(0, 0, 20) + _job(1, 25, 45) + _job(2, 60, 80)
    found = exclusion(facts, 0.02)
    assert found["efficiency"] == pytest.approx(0.75)
    assert found["gap_p50"] in (5.0, 15.0)
    assert found["out_of_order"] == 0


def test_who_was_overtaken_shows() -> None:
    assert exclusion(_job(2, 0, 20) + _job(0, 21, 41) + _job(1, 42, 62), 0.02)["out_of_order"] == 2


def test_what_began_for_the_minute_before_is_not_late() -> None:
    now, monotonic = time.time(), time.monotonic_ns()
    facts = [Fact("N", 0, monotonic - 60_000 * MS, 1), Fact("N", 1, monotonic + 50 * MS, 1)]
    (late,) = lateness(facts, now)
    assert late == pytest.approx(50, abs=20)


def test_a_percentile_of_nothing_is_nothing() -> None:
    assert percentile([], 0.99) is None
    assert percentile([3.0, 1.0, 2.0], 0.5) == 2.0
