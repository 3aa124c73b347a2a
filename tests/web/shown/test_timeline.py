"""Does the timeline of a service show its runs by node, and what is planned?"""

from __future__ import annotations

from typing import Any

import pytest

from domain.time.clock import rfc3339
from store import database
from tests.support import rows
from tests.web.shown.conftest import Scene
from web.shown import timeline

HOUR = 3600.0


def shown(scene: Scene, name: str = "everywhere", hours: int = 24) -> dict[str, Any]:
    return timeline.timeline(scene.site, database.read(), name, hours)


def test_a_run_says_when_it_was_due_asked_for_begun_and_ended(scene: Scene) -> None:
    at = scene.clock.now() - HOUR
    times = {"planned_at": int(at), "queued_at": at + 1, "granted_at": at + 2, "started_at": at + 3}
    rows.run(
        7, "succeeded", at + 9, service="everywhere", for_node="n1", node="n1", outcome="partial", **times
    )
    (lane,) = shown(scene)["lanes"]
    assert lane["node"] == "n1"
    assert lane["runs"] == [
        {
            **{
                "id": 7,
                "count": 1,
                "state": "partial",
                "states": {"partial": 1},
                "reason": None,
                "wait": 2.0,
            },
            **{"planned_at": rfc3339(at), "queued_at": rfc3339(at + 1), "granted_at": rfc3339(at + 2)},
            **{"started_at": rfc3339(at + 3), "ended_at": rfc3339(at + 9)},
        }
    ]


def test_only_the_hours_asked_for_are_shown(scene: Scene) -> None:
    for number, hours in enumerate((30, 5, 1), start=1):
        at = scene.clock.now() - hours * HOUR
        rows.run(number, "succeeded", at, service="everywhere", started_at=at, queued_at=at, node="n1")
    assert [[run["id"] for run in lane["runs"]] for lane in shown(scene)["lanes"]] == [[2, 3]]
    assert [[run["id"] for run in lane["runs"]] for lane in shown(scene, hours=2)["lanes"]] == [[3]]


def test_the_next_starts_are_those_of_the_rule_in_force(scene: Scene) -> None:
    # 04:00 UTC; it is 08:00.
    assert shown(scene)["next"] == ["2027-01-16T04:00:00.000Z"]
    scene.change(
        """UPDATE service SET rule = '{"kind": "periodic", "minutes": 1}' WHERE name = 'everywhere'"""
    )
    assert len(shown(scene)["next"]) == timeline.STARTS


@pytest.mark.parametrize("off", ["enabled = FALSE", "paused_at = 1.0", "missing = 'a setting'"])
def test_nothing_is_planned_while_it_is_off(scene: Scene, off: str) -> None:
    scene.change(f"UPDATE service SET {off} WHERE name = 'everywhere'")
    assert shown(scene)["next"] == []


def test_a_pause_with_an_end_is_over_then(scene: Scene) -> None:
    rule = """{"kind": "periodic", "minutes": 60}"""
    until = scene.clock.now() + 2.5 * HOUR
    scene.change(
        "UPDATE service SET rule = ?, paused_at = 1.0, paused_until = ? WHERE name = 'everywhere'",
        (rule, until),
    )
    assert shown(scene)["next"][0] == rfc3339(scene.clock.now() + 3 * HOUR)


def test_a_service_nobody_ever_ran_has_an_empty_timeline(scene: Scene) -> None:
    found = shown(scene, "nothing_like_it")
    assert (found["lanes"], found["next"], found["more"]) == ([], [], 0)
