"""Does the preview say when it would start, what to mind and what is wrong, and write nothing?"""

from __future__ import annotations

from typing import Any

import pytest

from store import change, database, service
from tests.web.shown.conftest import Scene
from web.shown.preview import preview


def look(scene: Scene, name: str, **changes: Any) -> dict[str, Any]:
    return preview(scene.site, database.read(), name, changes)


def codes(shown: dict[str, Any]) -> list[str]:
    return [warning["code"] for warning in shown["warnings"]]


def text_of(shown: dict[str, Any], code: str) -> str:
    return str(next(each["text"] for each in shown["warnings"] if each["code"] == code))


def runs_took(scene: Scene, name: str, seconds: float, times: int = 3) -> None:
    for _ in range(times):
        run_id = scene.ask(name)
        scene.grant()
        scene.claim(run_id)
        scene.clock.advance(seconds)
        scene.end(run_id)


def test_the_next_starts_are_those_of_the_edit(scene: Scene) -> None:
    shown = look(scene, "everywhere", kind="periodic", period=5, align=2)
    assert (shown["schedule"], shown["problems"], len(shown["next"])) == ("every 5 min at :02", {}, 5)
    assert {start["at"][15] for start in shown["next"]} == {"2", "7"}


def test_nothing_is_written(scene: Scene) -> None:
    before = service.one(database.read(), "everywhere")
    look(scene, "everywhere", period=7, priority=1)
    assert service.one(database.read(), "everywhere") == before
    assert change.latest(database.read()) == []


def test_a_clock_change_that_touches_it_is_told_with_the_start(scene: Scene) -> None:
    shown = look(scene, "everywhere", times=["02:30"], zone="Europe/Berlin")
    assert {"clock_gap", "clock_fold"} <= set(codes(shown))
    far = preview(
        scene.site, database.read(), "everywhere", {"times": ["02:30"], "zone": "Europe/Berlin"}, 366
    )
    assert [start["note"] for start in far["next"] if start["note"]] != []
    assert far["next"][0]["local"].endswith(("CET", "CEST"))


def test_a_time_that_no_clock_change_touches_is_not_warned_of(scene: Scene) -> None:
    assert codes(look(scene, "everywhere", times=["12:00"], zone="Europe/Berlin")) == []


def test_an_odd_period_says_where_it_restarts(scene: Scene) -> None:
    shown = look(scene, "everywhere", period=7)
    assert "after 23:55 comes 00:00, 5 min later" in text_of(shown, "period_restarts")
    assert codes(look(scene, "everywhere", period=15)) == []


def test_more_than_an_hour_is_refused_and_offers_fixed_times(scene: Scene) -> None:
    shown = look(scene, "everywhere", period=240, align=30)
    (offer,) = shown["warnings"]
    assert (offer["code"], offer["times"]) == (
        "offer_fixed_time",
        ["00:30", "04:30", "08:30", "12:30", "16:30", "20:30"],
    )
    assert (list(shown["problems"]), shown["next"]) == (["period"], [])


def test_a_period_shorter_than_it_usually_takes_is_warned_of(scene: Scene) -> None:
    runs_took(scene, "talker", 400.0)
    assert "longer_than_period" in codes(look(scene, "talker", period=5))
    assert "longer_than_period" not in codes(look(scene, "talker", period=10))


def test_a_run_group_that_would_be_full_is_warned_of(scene: Scene) -> None:
    runs_took(scene, "rival", 280.0)
    assert "disk would be busy 93%" in text_of(look(scene, "rival", period=5), "group_busy")
    assert "group_busy" not in codes(look(scene, "rival", period=10))


def test_a_service_without_a_node_is_warned_of(scene: Scene) -> None:
    scene.change("UPDATE node SET state = 'lost'")
    assert "role master" in text_of(look(scene, "talker", priority=1), "no_node_up")


@pytest.mark.parametrize("name", ["watcher", "talker"])
def test_a_service_without_planned_times_has_no_starts(scene: Scene, name: str) -> None:
    assert look(scene, name)["next"] == []


def test_all_problems_are_told_and_the_starts_as_well(scene: Scene) -> None:
    shown = look(scene, "everywhere", priority=99, overlap="x", times=["05:30"])
    assert set(shown["problems"]) == {"priority", "overlap"}
    assert shown["next"][0]["at"][11:16] == "05:30"
