"""Does a run's object tell what became of it?"""

from __future__ import annotations

from typing import Any

import pytest

from domain.time.clock import rfc3339
from store import database
from store.run import cancelled
from tests.web.shown.conftest import Scene
from web.shown import runs
from web.shown.run_log import with_starts_and_ends


def run(scene: Scene, run_id: int) -> dict[str, Any]:
    found = runs.one(scene.site, database.read(), run_id)
    assert found is not None
    return found


def merged_into(scene: Scene, run_id: int) -> int:
    """A planned run that was merged into this one."""
    scene.change(
        """INSERT INTO run (service, trigger, state, requested_at, queued_at, ended_at, priority, roles,
                            merged_into)
           VALUES ('rival', 'schedule', 'merged', 1, 1, 1, 5, 'master', ?)""",
        (run_id,),
    )
    return int(database.read().value("SELECT MAX(id) FROM run"))


def test_a_merged_run_names_the_one_that_stands_for_it(scene: Scene) -> None:
    into = scene.ask("rival")
    shown = run(scene, merged_into(scene, into))
    assert (shown["merged_into"], shown["reason"]) == (into, f"merged into run {into}")


def test_a_merged_run_says_that_the_other_was_cancelled(scene: Scene) -> None:
    into = scene.ask("rival")
    now = scene.clock.now()
    database.write(lambda tx: cancelled.cancel(tx, [into], by="anna", now=now))
    shown = run(scene, merged_into(scene, into))
    assert shown["reason"] == f"merged into run {into}, which was cancelled"
    assert run(scene, into)["reason"] == "cancelled by anna"


def test_a_merged_run_says_that_the_other_was_lost(scene: Scene) -> None:
    into = scene.ask("rival")
    scene.claim(into)
    scene.end(into, "lost")
    assert run(scene, merged_into(scene, into))["reason"] == f"merged into run {into}, which was lost"


def test_a_run_that_is_tried_again_shows_every_attempt(scene: Scene) -> None:
    run_id = scene.ask("breaker")
    scene.claim(run_id)
    first = rfc3339(scene.clock.now())
    scene.clock.advance(1)
    scene.end(run_id, "failed", retries=1, error="no disk")
    assert run(scene, run_id)["waiting_reason"].startswith("not before 08:00")
    scene.clock.advance(20)
    scene.grant()
    scene.claim(run_id)
    shown = run(scene, run_id)
    assert shown["attempt"] == 2
    assert [(each["n"], each["started_at"], each["end"], each["error"]) for each in shown["attempts"]] == [
        (1, first, "failed", "no disk"),
        (2, rfc3339(scene.clock.now()), None, None),
    ]


def test_a_run_that_was_asked_to_stop_says_by_whom(scene: Scene) -> None:
    run_id = scene.ask("holder")
    scene.claim(run_id)
    now = scene.clock.now()
    database.write(lambda tx: cancelled.cancel(tx, [run_id], by="anna", now=now))
    assert run(scene, run_id)["reason"] == "asked to stop by anna"


def test_a_run_bound_to_a_node_names_it_before_it_starts(scene: Scene) -> None:
    scene.change("UPDATE node SET state = 'lost'")
    shown = run(scene, scene.ask("rival", node="n1"))
    assert (shown["state"], shown["node"]) == ("queued", "n1")
    assert shown["waiting_reason"] == "node n1 is not up"


def test_runs_come_newest_first_and_filtered(scene: Scene) -> None:
    ids = [scene.ask("adder", args={"left": n}) for n in range(3)]
    scene.ask("holder")
    tx = database.read()
    assert [row["id"] for row in runs.listing(scene.site, tx, service="adder", limit=2)] == ids[:0:-1]
    assert [
        row["service"] for row in runs.listing(scene.site, tx, states=["queued", "granted"], limit=1)
    ] == ["holder"]
    assert runs.listing(scene.site, tx, since=scene.clock.now() + 1) == []
    assert runs.listing(scene.site, tx, node="n2") == []


def test_there_is_no_such_run(scene: Scene) -> None:
    assert runs.one(scene.site, database.read(), 77) is None


@pytest.mark.parametrize(("how", "text"), [("succeeded", "end: done"), ("failed", "end: no disk")])
def test_starts_and_ends_are_told_though_logging_was_off(scene: Scene, how: str, text: str) -> None:
    run_id = scene.ask("holder")
    scene.claim(run_id)
    scene.clock.advance(1)
    failed = {"error": "no disk"} if how == "failed" else {"outcome": "done"}
    scene.end(run_id, how, **failed)
    lines = with_starts_and_ends(run(scene, run_id), [])
    assert [line["text"] for line in lines] == ["start: attempt 1 on n1", text]


def test_lines_that_are_kept_are_not_told_twice(scene: Scene) -> None:
    run_id = scene.ask("holder")
    scene.claim(run_id)
    began = scene.clock.now()
    scene.clock.advance(1)
    scene.end(run_id, outcome="done")
    kept = [
        {"n": 1, "at": began, "level": "info", "text": "start: attempt 1 on n1"},
        {"n": 2, "at": began + 1, "level": "info", "text": "end: done"},
    ]
    assert with_starts_and_ends(run(scene, run_id), kept) == kept
