"""Does a report read the runs and jobs that it says, without reading through all of history?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from domain.report.kinds import KINDS
from domain.report.period import Span
from domain.report.query import query
from store import database
from store.report.rows import EXPRESSIONS, rows
from store.tx import Tx
from tests.support.opened import DATABASES, opened_database
from tests.support.rows import put, run

OVER = Span(1000, 2000)


@pytest.fixture(params=DATABASES, autouse=True)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    yield from opened_database(request, tmp_path)


def found(kind: str = "runs", over: Span = OVER, portion: int = 2, **asked: Any) -> list[int]:
    return [row["id"] for row in rows(query(name="r", kind=kind, **asked), over, portion)]


def job(id: int, state: str, **values: Any) -> None:
    required: dict[str, Any] = {"kind": "k", "organisation": "o", "backend": "b", "added_by": "ann"}
    put("job", id=id, state=state, own_key=str(id), added_at=float(id), **{**required, **values})


def test_every_column_of_a_report_is_read() -> None:
    for kind, known in KINDS.items():
        assert {*EXPRESSIONS[kind], "day"} == set(known.columns)
        assert set(known.words) <= set(EXPRESSIONS[kind])


def test_runs_that_ended_within_the_span_come_newest_first() -> None:
    for number, ended_at in enumerate((999, 1000, 1500, 1500, 1500, 1999.5, 2000), 1):
        run(number, "succeeded", float(ended_at))
    run(8, "running")
    run(9, "succeeded", 1500.0, trigger="hold")
    assert found() == [6, 5, 4, 3, 2]


def test_filters_narrow_it() -> None:
    run(1, "failed", 1500.0, service="a", node="n1")
    run(2, "failed", 1500.0, service="b", for_node="n2")
    run(3, "succeeded", 1500.0, service="a", node="n1")
    assert found(filters={"service": "a", "state": ["failed", "lost"]}) == [1]
    assert found(filters={"node": ["n2", "n3"]}) == [2]
    assert found(filters={"service": "' OR ''='"}) == []


def test_open_states_mean_what_is_open_now_whatever_the_span() -> None:
    run(1, "queued")
    run(2, "running")
    run(3, "failed", 1500.0)
    assert found(filters={"state": ["queued", "running", "failed"]}) == [1, 2, 3]
    assert found(filters={"state": "granted"}) == []


def test_jobs_that_ended_or_failed_within_the_span() -> None:
    job(1, "done", ended_at=1500.0, claimed_at=1400.0)
    job(2, "failed", failed_at=1600.0, claimed_at=1599.0, backend="c")
    job(3, "failed", failed_at=2600.0, backend="d")
    job(4, "queued", backend="e")
    assert found("jobs") == [2, 1]
    assert found("jobs", filters={"state": ["queued", "done"]}) == [4, 1]
    assert [row["duration"] for row in rows(query(name="r", kind="jobs"), OVER)] == [1.0, 100.0]


@pytest.mark.parametrize("opened", ["sqlite"], indirect=True)  # its plans say which index
def test_no_report_reads_through_history(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, Any]] = []
    dicts = Tx.dicts

    def noted(self: Tx, sql: str, params: Any = ()) -> Any:
        seen.append((sql, params))
        return dicts(self, sql, params)

    monkeypatch.setattr(Tx, "dicts", noted)
    for kind in KINDS:
        every = {"state": list(KINDS[kind].states)}
        for filters in ({}, every, {"service" if kind == "runs" else "kind": "a", **every}):
            found(kind, filters=filters)
    plans = [
        (row[3], sql)
        for sql, params in seen
        for row in database.read().all(f"EXPLAIN QUERY PLAN {sql}", params)
    ]
    # What is open is few, and has an index of its own to be read through.
    of_open = r"SCAN (run|job) USING INDEX (run_queued|run_line|run_active|job_open)"
    assert len(seen) == 15
    assert [plan for plan in plans if plan[0].startswith("SCAN") and not re.fullmatch(of_open, plan[0])] == []
    assert not any(re.search("run_history|job_log", plan) for plan, _ in plans)
