"""Does the Cleaner do its two steps, once in the system and on each node, and say what it did?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from actors import Outcome
from actors.service import call
from actors.system import cleaner
from actors.testing import FakeContext, testing_context
from domain.retention import DAY, Retention
from tests.support.opened import DATABASES, opened_database
from tests.support.rows import ids, process, run

NOW = 1_800_000_000.0


@pytest.fixture(params=DATABASES, autouse=True)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    yield from opened_database(request, tmp_path)


@pytest.fixture
def context(tmp_path: Path) -> FakeContext:
    """Run 999 on n1, which is running."""
    run(999, "running", service="cleaner")
    return cleaning(tmp_path)


def cleaning(folder: Path, fence: int = 999) -> FakeContext:
    now = datetime.fromtimestamp(NOW, UTC)
    return testing_context(cleaner.run, now=now, run_id=fence, fence=fence, log_folder=folder / "log")


def clean(context: FakeContext, **options: Any) -> Outcome:
    outcome = call(cleaner.run, context, Retention(**options))
    assert outcome is not None
    return outcome


def old_runs(count: int) -> None:
    for number in range(1, count + 1):
        run(number, "succeeded", NOW - 40 * DAY + number)
    run(500, "succeeded", NOW)


def write_log(folder: Path, name: str, megabytes: float) -> Path:
    path = folder / "log" / f"{name}.log"
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"2027-01-01T00:00:00.000Z {name} {'x' * 980}\n" * int(megabytes * 1024))
    return path


@pytest.mark.covers("cleaner", 1, 2)
def test_records_and_log_files_are_cleaned_in_one_run(context: FakeContext, tmp_path: Path) -> None:
    old_runs(3)
    process(1, ended_at=NOW - 31 * DAY)
    path = write_log(tmp_path, "mail", 1.5)
    outcome = clean(context, keep_log_mb=1)
    assert (outcome.kind, outcome.message) == ("done", "")
    assert (outcome.counts["runs"], outcome.counts["processes"], outcome.counts["log_files"]) == (3, 1, 1)
    assert ids("run") == [500, 999]
    assert path.stat().st_size <= 2**20
    assert [step.state for step in context.ports.ended_steps] == ["done", "done"]


def test_the_terms_are_those_of_its_options(context: FakeContext) -> None:
    old_runs(3)
    assert "runs" not in clean(context, keep_days=41).counts
    assert clean(context, keep_days=39).counts["runs"] == 3


def test_progress_goes_from_nothing_to_all(context: FakeContext) -> None:
    old_runs(5)
    clean(context, batch=2)
    assert context.ports.progressed == [(0, 5), (2, 5), (4, 5), (5, 5)]


def test_a_stop_ends_it_after_the_batch_at_hand(context: FakeContext) -> None:
    old_runs(9)
    context.ports.stop_after = 2  # one look before the first step, one after the first batch
    outcome = clean(context, batch=2)
    assert (outcome.kind, outcome.counts) == ("partial", {"runs": 4})
    assert ids("run") == [5, 6, 7, 8, 9, 500, 999]
    assert context.ports.started_steps == [cleaner.run.tasks[0].title]


def test_after_its_longest_time_the_rest_is_left_and_the_log_files_are_cut(
    context: FakeContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old_runs(9)
    write_log(tmp_path, "mail", 1.5)
    told = context.ports.progress
    monkeypatch.setattr(context.ports, "progress", lambda *way: (told(*way), context.advance(40)))
    outcome = clean(context, batch=2, longest=100, keep_log_mb=1)
    assert (outcome.kind, outcome.message) == ("partial", "stopped; the next run goes on")
    assert (outcome.counts["runs"], outcome.counts["log_files"]) == (4, 1)


def test_a_second_node_cuts_its_own_files_only(context: FakeContext, tmp_path: Path) -> None:
    clean(context)
    run(1000, "running", service="cleaner", node="n2")
    old_runs(3)
    path = write_log(tmp_path, "mail", 1.5)
    outcome = clean(cleaning(tmp_path, fence=1000), keep_log_mb=1)
    assert outcome.message == "the records are being cleaned by n1"
    assert len(ids("run")) == 6
    assert path.stat().st_size <= 2**20
