"""Does the forecast go by what is in force here, and by how long runs took?"""

from __future__ import annotations

import json
from typing import Any

import pytest

from domain.time.clock import rfc3339
from store import database
from tests.support import rows
from tests.web.shown.conftest import Scene
from web.shown import forecast


def plan(scene: Scene, name: str, minutes: int, align: int = 0) -> None:
    rule = json.dumps({"kind": "periodic", "minutes": minutes, "align": align})
    scene.change("UPDATE service SET rule = ? WHERE name = ?", (rule, name))


def took(scene: Scene, name: str, *seconds: float) -> None:
    """Runs of the past that succeeded."""
    for number, each in enumerate(seconds, start=100 if name == "holder" else 200):
        start = scene.clock.now() - 10_000
        rows.run(number, "succeeded", start + each, service=name, started_at=start, queued_at=start)


def foreseen(scene: Scene) -> dict[str, Any]:
    return forecast.group_forecast(scene.site, database.read())


def test_planned_services_of_a_group_fill_its_day(scene: Scene) -> None:
    plan(scene, "holder", 10)
    plan(scene, "rival", 10)
    took(scene, "holder", 61.0, 61.0, 500.0)
    found = foreseen(scene)
    disk = next(group for group in found["groups"] if group["name"] == "disk")
    assert disk["services"] == ["holder", "rival"]
    assert disk["load"] == pytest.approx(144 * 62 / 86_400, abs=0.0001)
    assert disk["busy"][0]["from"] == rfc3339(scene.clock.now())
    assert disk["busy"][0]["services"] == ["holder", "rival"]
    (collision,) = (each for each in found["collisions"] if each["group"] == "disk")
    assert (collision["services"], collision["times"], collision["longest"]) == (
        ["holder", "rival"],
        144,
        61.0,
    )
    assert len(collision["at"]) == forecast.LISTED
    assert "rival" in found["assumed"]
    assert "holder" not in found["assumed"]
    assert "Holder at align 1 instead of 0: 144 waits fewer a day" in [
        each["sentence"] for each in found["suggestions"]
    ]


@pytest.mark.parametrize(
    "off",
    ["enabled = FALSE", "missing = 'a setting'", "paused_at = 1.0", "roles = 'nowhere'", "present = FALSE"],
)
def test_what_does_not_run_here_is_not_foreseen(scene: Scene, off: str) -> None:
    plan(scene, "holder", 10)
    scene.change(f"UPDATE service SET {off} WHERE name = 'holder'")
    disk = next(group for group in foreseen(scene)["groups"] if group["name"] == "disk")
    assert (disk["services"], disk["busy"]) == (["rival"], [])


def test_a_site_without_nodes_yet_has_a_forecast(scene: Scene) -> None:
    plan(scene, "holder", 10)
    scene.change("DELETE FROM node")
    assert next(group for group in foreseen(scene)["groups"] if group["name"] == "disk")["busy"]


def test_a_held_group_tells_when_it_should_be_free(scene: Scene) -> None:
    took(scene, "holder", *[30.0] * 18, 80.0, 90.0)
    run = scene.ask("holder")
    scene.claim(run)
    started = scene.clock.now()
    scene.clock.advance(60)
    assert forecast.estimated_free(scene.site, database.read()) == {
        "disk": {
            **{"run": run, "service": "holder", "free_at": rfc3339(started + 80)},
            **{"overdue": False, "late_by": 0.0},
        }
    }
    scene.clock.advance(25)
    late = forecast.estimated_free(scene.site, database.read())["disk"]
    assert (late["overdue"], late["late_by"]) == (True, 5.0)


def test_without_a_history_nobody_guesses(scene: Scene) -> None:
    scene.claim(scene.ask("holder"))
    assert forecast.estimated_free(scene.site, database.read())["disk"]["free_at"] is None


def test_free_groups_have_no_estimate(scene: Scene) -> None:
    assert forecast.estimated_free(scene.site, database.read()) == {}
