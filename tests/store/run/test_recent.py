"""Are the last runs of each service found, and no more read than they take?"""

from __future__ import annotations

from typing import Any

import pytest

from store import database
from store.run.recent import LOOK_BACK, recent
from store.tx import Tx
from tests.support import rows

pytestmark = pytest.mark.usefixtures("opened")


def ids(*names: str, count: int = 20) -> dict[str, list[int]]:
    """The runs found, by service."""
    found = recent(database.read(), names, count)
    return {name: [run["id"] for run in runs] for name, runs in found.items()}


def test_each_service_has_its_own_last_runs_the_oldest_first() -> None:
    for number in range(1, 7):
        rows.run(number, "succeeded", 100.0 + number, service="mail" if number % 2 else "sync")
    rows.run(9, "succeeded", 1.0, service="unasked")
    assert ids("mail", "sync", "idle", count=2) == {"mail": [3, 5], "sync": [4, 6]}


def test_runs_that_are_open_merged_or_holds_are_no_bars() -> None:
    rows.run(1, "failed", 10.0)
    rows.run(2, "skipped", 11.0)
    rows.run(3, "missed", 12.0)
    rows.run(4, "merged", 13.0, merged_into=1)
    rows.run(5, "succeeded", 14.0, trigger="hold")
    rows.run(6, "running")
    rows.run(7, "queued")
    assert ids("mail") == {"mail": [1, 2, 3]}


def test_a_run_says_when_it_ran_and_how_it_ended() -> None:
    rows.run(1, "succeeded", 9.5, outcome="partial", planned_at=5, started_at=6.5, node="n1")
    assert recent(database.read(), ["mail"]) == {
        "mail": [
            {
                **{"id": 1, "state": "succeeded", "outcome": "partial", "planned_at": 5},
                **{"started_at": 6.5, "ended_at": 9.5, "node": "n1", "reason": None},
            }
        ]
    }


def test_a_month_of_merged_runs_is_not_read_through() -> None:
    rows.run(1, "succeeded", 1.0)
    rows.run(2, "succeeded", 1.0)
    for number in range(3, LOOK_BACK + 2):
        rows.run(number, "merged", 2.0, merged_into=1)
    assert ids("mail") == {"mail": [2]}


def test_no_names_are_no_statement(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Tx, "all", lambda *_: pytest.fail("asked the database"))
    assert recent(database.read(), []) == {}


def test_the_history_is_entered_by_its_index(monkeypatch: pytest.MonkeyPatch) -> None:
    if database.dialect() != "sqlite":
        pytest.skip("an empty PostgreSQL table is read whole, whatever the indexes")
    asked: list[tuple[str, Any]] = []
    real = Tx.all
    monkeypatch.setattr(Tx, "all", lambda self, *said: asked.append(said) or real(self, *said))
    recent(database.read(), ["mail", "sync"])
    ((sql, params),) = asked
    plan = [row[3] for row in real(database.read(), f"EXPLAIN QUERY PLAN {sql}", params)]
    steps = [step for step in plan if "run" in step or step.startswith(("SEARCH r ", "SCAN r"))]
    assert steps == [
        "SEARCH r USING INTEGER PRIMARY KEY (rowid=?)",
        "SEARCH run USING INDEX run_history (service=? AND id>?)",
        "SEARCH run USING COVERING INDEX run_history (service=?)",
    ]
