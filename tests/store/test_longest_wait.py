"""Is the longest wait that of the runs that started lately, and is it found without all of history?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from store import database
from store.run.longest_wait import longest_waits
from store.tx import Tx
from tests.support import rows
from tests.support.opened import DATABASES, opened_database

NOW = 1_800_000_000.0
DAY = 86_400.0


@pytest.fixture(params=DATABASES, autouse=True)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    yield from opened_database(request, tmp_path)


def waited(number: int, seconds: float, start: float = NOW - 60, **more: Any) -> None:
    """A run that waited so long and then took a second."""
    rows.run(number, "succeeded", start + 1, started_at=start, queued_at=start - seconds, **more)


def found() -> dict[str, float]:
    return longest_waits(database.read(), ["mail", "sync", "idle"], NOW - DAY)


def test_it_is_the_longest_of_each_service() -> None:
    waited(1, 30.0)
    waited(2, 20.0)
    waited(3, 7.0, service="sync")
    waited(4, 99.0, service="another")
    assert found() == {"mail": 30.0, "sync": 7.0}


def test_what_started_before_and_what_is_no_run_is_left_out() -> None:
    waited(1, 500.0, NOW - DAY - 1)
    waited(2, 400.0, trigger="hold")
    waited(3, 3.0)
    assert found() == {"mail": 3.0}


def test_a_clock_that_was_set_back_makes_no_negative_wait() -> None:
    waited(1, -9.0)
    assert found() == {"mail": 0.0}


def test_without_services_nothing_is_asked() -> None:
    assert longest_waits(database.read(), [], NOW) == {}


def test_history_is_not_scanned(monkeypatch: pytest.MonkeyPatch) -> None:
    if database.folder() is None:
        pytest.skip("SQLite says its plan in words that can be read")
    seen: dict[str, Any] = {}
    execute = Tx._execute

    def noted(self: Tx, sql: str, params: Any, *more: Any) -> Any:
        seen[sql] = params
        return execute(self, sql, params, *more)

    with monkeypatch.context() as patched:
        patched.setattr(Tx, "_execute", noted)
        found()
    assert len(seen) == 2
    for sql, params in seen.items():
        plan = database.read().all(f"EXPLAIN QUERY PLAN {sql}", params)
        assert not [row[3] for row in plan if re.match(r"SCAN run", row[3])], sql
