"""Are the runs since a time found without reading those before it?"""

from __future__ import annotations

import pytest

from store import database
from store.run.since import LONGEST, since
from store.tx import Tx
from tests.support import rows

pytestmark = pytest.mark.usefixtures("opened")

NOW = 1_800_000_000.0


def found(most: int = 100, at: float = NOW - 3600) -> tuple[list[int], int]:
    runs, left = since(database.read(), "mail", at, most)
    return [run["id"] for run in runs], left


def test_runs_that_ended_since_and_those_still_open_are_found() -> None:
    rows.run(1, "running", started_at=NOW - 10 * LONGEST)
    rows.run(2, "succeeded", NOW - 3700)
    rows.run(3, "succeeded", NOW - 3500)
    rows.run(4, "missed", NOW - 100)
    rows.run(5, "queued")
    rows.run(6, "succeeded", NOW - 50, service="other")
    assert found() == ([5, 1, 4, 3], 0)


def test_merged_runs_and_holds_are_left_out() -> None:
    rows.run(1, "succeeded", NOW - 10)
    rows.run(2, "merged", NOW - 10, merged_into=1)
    rows.run(3, "succeeded", NOW - 10, trigger="hold")
    rows.run(4, "running", trigger="hold")
    assert found() == ([1], 0)


def test_the_newest_are_kept_and_the_others_counted() -> None:
    for number in range(1, 8):
        rows.run(number, "succeeded", NOW - 100 + number)
    assert found(most=3) == ([7, 6, 5], 4)
    assert found(most=7) == ([7, 6, 5, 4, 3, 2, 1], 0)


def test_a_run_that_was_overtaken_by_later_ones_is_found() -> None:
    rows.run(1, "succeeded", NOW - LONGEST - 7200)  # older than anything that matters
    rows.run(2, "succeeded", NOW - 10)  # it took long: those after it ended before it
    rows.run(3, "succeeded", NOW - 3000)
    rows.run(4, "succeeded", NOW - LONGEST)
    assert found() == ([3, 2], 0)


def test_older_history_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    if database.dialect() != "sqlite":
        pytest.skip("an empty PostgreSQL table is read whole, whatever the indexes")
    asked = []
    real = Tx._execute
    monkeypatch.setattr(Tx, "_execute", lambda self, *said: asked.append(said) or real(self, *said))
    rows.run(1, "succeeded", NOW)
    found(most=1)
    steps = [
        row[3]
        for sql, params, *_ in asked
        if sql.lstrip().startswith("SELECT")
        for row in real(database.read(), f"EXPLAIN QUERY PLAN {sql}", params).fetchall()
    ]
    # Either index holds the waiting runs alone.
    read = sorted({step.replace("run_line", "run_queued") for step in steps if " run" in step})
    assert read == [
        "SCAN run USING INDEX run_active",
        "SCAN run USING INDEX run_queued",
        "SEARCH run USING COVERING INDEX run_ended (ended_at<?)",
        "SEARCH run USING INDEX run_history (service=? AND id>? AND id<?)",
        "SEARCH run USING INDEX run_history (service=? AND id>?)",
    ]
