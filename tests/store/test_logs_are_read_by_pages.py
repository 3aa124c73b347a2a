"""Does a long log of jobs or events slow down who reads the queue, or one page of it?"""

from __future__ import annotations

from typing import Any

import pytest

from domain.jobs.lanes import Limits
from domain.jobs.states import FINAL, OPEN
from store import event_log
from store.event_log import Wanted
from store.job import listed, log
from store.job.search import Search
from store.tx import Tx
from tests.support.engine import Engine

LIMITS = Limits(at_once=20, kinds={})


def test_no_page_reads_through_a_whole_log(sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, Any]] = []
    execute = Tx._execute

    def noted(self: Tx, sql: str, params: Any, *more: Any) -> Any:
        seen.append((sql, params))
        return execute(self, sql, params, *more)

    with monkeypatch.context() as patched:
        patched.setattr(Tx, "_execute", noted)
        sqlite_engine.write(_every_page)
    selects = [each for each in seen if each[0].lstrip().startswith("SELECT")]
    assert len(selects) > 8
    for sql, params in selects:
        plan = [row[3] for row in sqlite_engine.rows(f"EXPLAIN QUERY PLAN {sql}", *params)]
        assert not _scans(plan), "\n".join([*plan, " ".join(sql.split())])


def _scans(plan: list[str]) -> list[str]:
    """Tables read from end to end or by id: not what a part of the plan has made, nor the queue's index."""
    steps = [step.split() for step in plan]
    made = {step[1] for step in steps if step[0] in ("CO-ROUTINE", "MATERIALIZE")}
    scans = [" ".join(step) for step in steps if step[0] in ("SCAN", "SEARCH") and step[1] not in made]
    return [step for step in scans if "INTEGER PRIMARY KEY" in step or " INDEX " not in step]


def _every_page(tx: Tx) -> None:
    search = Search(kind="k", organisation="o", backend="b", text="x")
    for each in (Search(), Search(organisation="o"), search):
        for after in (None, 3):
            listed.jobs(tx, limits=LIMITS, now=1.0, states=OPEN, search=each, after=after)
        log.log(tx, FINAL, each, 5, (10.0, 3))
    listed.organisations(tx, 5)
    wanted = Wanted(type="t", severity="error", sender="s", tag="g", text="x", since=1.0, until=2.0)
    for one in (Wanted(), wanted):
        event_log.page(tx, one, 5, (10.0, 3))
