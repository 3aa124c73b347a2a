"""Are the engine's figures kept, and does an operator hear of those beyond their limits?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from actors import Outcome
from actors.service import call
from actors.system import sync_health_metrics
from actors.system.sync_health_metrics import Options
from actors.testing import FakeContext, testing_context
from backends import machine
from store import database, sample, setting
from tests.support.opened import DATABASES, opened_database
from tests.support.rows import node, process, run

NOW = 1_800_000_000.0


@pytest.fixture(params=DATABASES, autouse=True)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    yield from opened_database(request, tmp_path)


@pytest.fixture
def context(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeContext:
    monkeypatch.setattr(machine, "free_percent", lambda path: 40.0)
    now = datetime.fromtimestamp(NOW, UTC)
    return testing_context(sync_health_metrics.run, now=now, log_folder=tmp_path / "log")


def measure(context: FakeContext, **options: Any) -> Outcome:
    outcome = call(sync_health_metrics.run, context, Options(**options))
    assert outcome is not None
    return outcome


def kept() -> dict[tuple[str, str], float]:
    return {(metric, about): value for metric, about, _, value in sample.latest(database.read(), "")}


@pytest.mark.covers("sync_health_metrics", 1)
def test_the_figures_are_kept_as_the_whole_system_s(context: FakeContext) -> None:
    process(1, slots=8, seen_at=NOW)
    run(1, "running")
    outcome = measure(context)
    figures = kept()
    assert (figures["engine.slots", ""], figures["engine.busy_slots", ""]) == (8, 1)
    assert figures["engine.disk_free_percent", "n1/logs"] == 40
    assert {metric.split(".")[0] for metric, _ in figures} == {"engine"}
    assert outcome.counts == {"samples": len(figures), "warnings": 0}
    assert (outcome.kind, outcome.message) == ("done", "")


def test_what_is_beyond_its_limit_is_told_in_the_outcome_and_the_log(
    context: FakeContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "free_percent", lambda path: 7.25 if path.name == "log" else 40.0)
    database.write(lambda tx: setting.put(tx, "beat", {"at": NOW - 200}, NOW))
    run(1, "queued", queued_at=NOW - 1000)
    node("n2", "lost")
    process(1, node="n2", seen_at=NOW - 61)
    outcome = measure(context)
    assert sorted(outcome.message.split("; ")) == [
        "a process of n2 has not been heard of for 61 s",
        "a run has waited for 1000 s",
        "disk of n1/logs: 7.2 % free, below 10 %",
        "lost nodes: 1",
        "the beat has not ticked for 200 s",
    ]
    assert (outcome.kind, outcome.counts["warnings"]) == ("done", 5)
    assert len(context.log.lines) == 5


def test_limits_are_options(context: FakeContext) -> None:
    run(1, "queued", queued_at=NOW - 1000)
    assert measure(context, max_queue_age=2000).message == ""
    assert measure(context, max_queue_age=2000, min_free_percent=50).counts["warnings"] >= 1


def test_a_limit_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="window: expected more than 0"):
        Options(window=0)
