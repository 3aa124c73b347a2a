"""Does the database itself refuse what may not be?"""

from __future__ import annotations

from typing import Any

import pytest

from store.errors import DatabaseError
from tests.support.engine import Engine


@pytest.fixture
def run_id(engine: Engine) -> int:
    engine.make_service("job", run_groups=["g", "h"])
    engine.make_node()
    return engine.request("job")


@pytest.mark.parametrize(
    "change",
    [
        "state = 'succeeded'",
        "ended_at = 1",
        "fence = NULL",
        "node = NULL",
        "state = 'running'",
        "state = 'running', process_id = 1, started_at = NULL",
        "state = 'merged', ended_at = 1",
        "merged_into = 1",
        "state = 'skipped', ended_at = 1, reason = NULL",
        "state = 'missed', ended_at = 1",
        "state = 'asleep'",
        "priority = 11",
        "trigger = 'whim'",
    ],
)
def test_a_row_that_contradicts_itself_is_refused(engine: Engine, run_id: int, change: str) -> None:
    with pytest.raises(DatabaseError):
        engine.write(lambda tx: tx.run(f"UPDATE run SET {change} WHERE id = ?", (run_id,)))
    assert engine.state(run_id) == "granted"


@pytest.mark.parametrize(
    ("change", "good"),
    [("parallel = 2", False), ("run_groups = '', parallel = 2", True), ("priority = -1", False)],
)
def test_a_service_with_groups_runs_once_at_a_time(
    engine: Engine, run_id: int, change: str, good: bool
) -> None:
    def work(tx: Any) -> int:
        return int(tx.run(f"UPDATE service SET {change}"))

    if good:
        assert engine.write(work) == 1
    else:
        with pytest.raises(DatabaseError):
            engine.write(work)


@pytest.mark.covers("page", "Run Groups")
def test_a_group_has_one_holder(engine: Engine, run_id: int) -> None:
    waits = engine.request("job", args={"n": 1})
    with pytest.raises(DatabaseError):
        engine.write(lambda tx: tx.run("UPDATE membership SET held = TRUE WHERE run_id = ?", (waits,)))
    assert engine.held() == {"g": run_id, "h": run_id}


def test_an_occurrence_exists_once(engine: Engine, run_id: int) -> None:
    change = "UPDATE run SET planned_at = 60 WHERE id = ?"
    other = engine.request("job", args={"n": 1})
    engine.write(lambda tx: tx.run(change, (run_id,)))
    with pytest.raises(DatabaseError):
        engine.write(lambda tx: tx.run(change, (other,)))


def test_a_process_that_is_gone_has_an_end(engine: Engine, run_id: int) -> None:
    with pytest.raises(DatabaseError):
        engine.write(lambda tx: tx.run("UPDATE process SET state = 'lost'"))
