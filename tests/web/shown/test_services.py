"""Does a service's row tell the truth at every moment?"""

from __future__ import annotations

from typing import Any

import pytest

from domain.time.clock import rfc3339
from store import database
from tests.web.shown.conftest import Scene
from web.shown import services


def row(scene: Scene, name: str) -> dict[str, Any]:
    found = services.listing(scene.site, database.read())
    return next(each for each in found if each["name"] == name)


@pytest.mark.covers("page", "Last Run")
def test_a_run_that_runs_now_is_the_last_run(scene: Scene) -> None:
    run_id = scene.ask("holder")
    scene.clock.advance(3)
    scene.claim(run_id)
    shown = row(scene, "holder")
    assert (shown["running"], shown["last_run_at"]) == (1, rfc3339(scene.clock.now()))
    assert shown["last_outcome"] is None


def test_a_run_that_has_ended_is_told_with_its_duration(scene: Scene) -> None:
    run_id = scene.ask("holder")
    scene.claim(run_id)
    began = rfc3339(scene.clock.now())
    scene.clock.advance(4)
    scene.end(run_id, outcome="partial")
    shown = row(scene, "holder")
    assert (shown["running"], shown["last_run_at"]) == (0, began)
    assert (shown["last_outcome"], shown["last_duration"]) == ("partial", 4)


def test_failures_in_a_row_are_counted(scene: Scene) -> None:
    for _ in range(2):
        run_id = scene.ask("breaker")
        scene.claim(run_id)
        scene.end(run_id, "failed", error="no")
    shown = row(scene, "breaker")
    assert (shown["last_outcome"], shown["consecutive_failures"]) == ("failed", 2)


@pytest.mark.covers("page", "In Queue")
def test_the_reason_is_that_of_the_run_that_waits_longest(scene: Scene) -> None:
    scene.claim(scene.ask("holder"))
    since = rfc3339(scene.clock.now())
    scene.ask("rival", reason="first")
    scene.clock.advance(42)
    scene.ask("rival", node="n1", reason="second")
    shown = row(scene, "rival")
    assert shown["queued_since"] == since
    assert shown["waiting_reason"] == "waits for group disk, held by Holder on n1 for 42 s"


def test_a_granted_run_waits_for_a_worker(scene: Scene) -> None:
    scene.ask("rival")
    assert row(scene, "rival")["waiting_reason"] == "granted to n1, waits for a worker to take it"


def test_next_due_is_the_first_time_not_accounted_for(scene: Scene) -> None:
    now = int(scene.clock.now())  # 08:00 UTC
    assert row(scene, "everywhere")["next_due_at"] == rfc3339(now + 20 * 3600)
    scene.change("UPDATE service SET accounted_until = ? WHERE name = 'everywhere'", (now - 5 * 3600,))
    assert row(scene, "everywhere")["next_due_at"] == rfc3339(now - 4 * 3600)


def test_what_is_not_planned_is_never_due(scene: Scene) -> None:
    assert row(scene, "sleeping")["next_due_at"] is None
    assert row(scene, "adder")["next_due_at"] is None
    scene.change("UPDATE service SET paused_at = 1, paused_by = 'anna' WHERE name = 'everywhere'")
    assert row(scene, "everywhere")["next_due_at"] is None


def test_a_pause_with_an_end_puts_the_next_start_after_it(scene: Scene) -> None:
    now = int(scene.clock.now())
    end = now + 30 * 3600
    scene.change(
        "UPDATE service SET paused_at = 1, paused_by = 'anna', paused_until = ? WHERE name = 'everywhere'",
        (end,),
    )
    assert row(scene, "everywhere")["next_due_at"] == rfc3339(now + 44 * 3600)


def test_a_pause_that_is_over_is_none(scene: Scene) -> None:
    scene.change(
        "UPDATE service SET paused_at = 1, paused_by = 'anna', paused_until = ? WHERE name = 'adder'",
        (scene.clock.now(),),
    )
    shown = row(scene, "adder")
    assert (shown["paused"], shown["status_reason"]) == (False, None)


def test_a_task_shows_its_last_state(scene: Scene) -> None:
    scene.change(
        "INSERT INTO step (service, title, last_state) VALUES ('stepper', 'Count the sheep', 'failed')"
    )
    assert [task["last_state"] for task in row(scene, "stepper")["tasks"]] == ["failed", None]


def test_without_a_database_all_are_listed_from_the_code(scene: Scene) -> None:
    found = {each["name"]: each for each in services.listing(scene.site, None)}
    assert len(found) == 113
    assert found["everywhere"]["schedule"] == "04:00"
    assert found["sleeping"]["status"] == "disabled"
