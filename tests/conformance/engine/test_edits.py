"""Is an edit in force at once, guarded and written down?"""

from __future__ import annotations

import json
from typing import Any

import pytest

from domain.time.rule import FixedTime, Periodic
from schedules.edit import Editor, EditRefused
from store import change, service
from store.database import read
from tests.support.engine import Engine, periodic


@pytest.fixture(autouse=True)
def one_service(engine: Engine) -> None:
    engine.make_service("job", run_groups=["g"], rule=periodic(1), misfire_window=60.0)
    engine.make_service("plain")
    engine.make_node()


def entries() -> list[tuple[Any, ...]]:
    return [
        (row["actor"], row["action"], row["object"], json.loads(row["before"] or "null"),
         json.loads(row["after"] or "null"), row["reason"])
        for row in reversed(change.latest(read()))
    ]  # fmt: skip


def test_an_edit_is_written_down_with_what_was_before(engine: Engine) -> None:
    engine.edit(lambda editor: editor.values("job", priority=2, retries=3), reason="faster")
    assert entries() == [
        (
            "tester",
            "edit",
            "service job",
            {"priority": 5, "retries": 0},
            {"priority": 2, "retries": 3},
            "faster",
        )
    ]


def test_every_edit_is_written_down(engine: Engine) -> None:
    engine.edit(lambda editor: editor.disable("job"))
    engine.edit(lambda editor: editor.enable("job"))
    engine.edit(lambda editor: editor.pause("job"))
    engine.edit(lambda editor: editor.resume("job"))
    engine.edit(lambda editor: editor.logging("job", True))
    engine.edit(lambda editor: editor.maintenance(True))
    engine.edit(lambda editor: editor.maintenance(False))
    engine.edit(lambda editor: editor.schedule("job", Periodic(2)))
    engine.edit(lambda editor: editor.revert("job", "rule"))
    assert [(entry[1], entry[2]) for entry in entries()] == [
        ("disable", "service job"),
        ("enable", "service job"),
        ("pause", "service job"),
        ("resume", "service job"),
        ("logging", "service job"),
        ("maintenance on", "site"),
        ("maintenance off", "site"),
        ("edit schedule", "service job"),
        ("revert", "service job"),
    ]


def test_what_changes_nothing_says_so_and_is_not_written_down(engine: Engine) -> None:
    assert engine.edit(lambda editor: editor.enable("job")) is False
    assert engine.edit(lambda editor: editor.resume("job")) is False
    assert engine.edit(lambda editor: editor.maintenance(False)) is False
    assert entries() == []


def test_a_second_edit_from_the_same_look_is_refused(engine: Engine) -> None:
    row = engine.service("job")
    assert engine.write(lambda tx: service.edit(tx, row, {"priority": 1})) is True
    assert engine.write(lambda tx: service.edit(tx, row, {"priority": 2})) is False
    assert engine.service("job")["priority"] == 1


def test_a_raised_limit_is_in_force_at_the_next_grant(engine: Engine) -> None:
    engine.start("plain", args={"n": 1})
    waits = engine.request("plain", args={"n": 2})
    engine.edit(lambda editor: editor.values("plain", parallel=2))
    assert engine.state(waits) == "granted"


def test_a_new_priority_holds_for_those_who_wait_already(engine: Engine) -> None:
    engine.make_service("other", run_groups=["g"])
    run = engine.start("other")
    early = engine.request("other")
    late = engine.request("job")
    engine.edit(lambda editor: editor.values("job", priority=1))
    engine.end(run)
    assert engine.states(early, late) == ["queued", "granted"]


def test_options_are_changed_one_by_one(engine: Engine) -> None:
    engine.make_service("job", options={"a": 1, "b": 1, "c": 1})
    engine.edit(lambda editor: editor.values("job", options={"a": 2}))
    engine.edit(lambda editor: editor.values("job", options={"b": 3}))
    assert json.loads(engine.service("job")["options"]) == {"a": 2, "b": 3, "c": 1}


def test_the_next_run_has_the_new_options(engine: Engine) -> None:
    engine.make_service("plain", options={"a": 1})
    run_id = engine.request("plain")
    engine.edit(lambda editor: editor.values("plain", options={"a": 2}))
    claimed = engine.claim(run_id)
    assert claimed is not None
    assert claimed.options == {"a": 2}


def test_an_edit_outlives_a_new_catalogue_and_a_revert_goes_back_to_it(engine: Engine) -> None:
    engine.edit(lambda editor: editor.values("job", priority=1))
    engine.make_service("job", rule=periodic(1), priority=7, retries=2)
    row = engine.service("job")
    assert (row["priority"], row["retries"]) == (1, 2)
    engine.edit(lambda editor: editor.revert("job", "priority"))
    assert engine.service("job")["priority"] == 7


def test_one_option_goes_back_alone(engine: Engine) -> None:
    engine.make_service("plain", options={"a": 1, "b": 2})
    engine.edit(lambda editor: editor.values("plain", options={"a": 7, "b": 8}))
    engine.edit(lambda editor: editor.revert("plain", "options.a"))
    row = engine.service("plain")
    assert json.loads(row["options"]) == {"a": 1, "b": 8}
    assert json.loads(row["live"]) == {"options": {"b": 8}}
    engine.edit(lambda editor: editor.revert("plain", "options.b", "options.a"))
    assert json.loads(engine.service("plain")["live"]) == {}


def test_the_window_goes_with_the_schedule_unless_it_was_set_by_hand(engine: Engine) -> None:
    engine.edit(lambda editor: editor.schedule("job", FixedTime(("05:30",))))
    assert engine.service("job")["misfire_window"] == 12 * 3600
    engine.edit(lambda editor: editor.revert("job", "rule"))
    assert engine.service("job")["misfire_window"] == 60
    engine.edit(lambda editor: editor.values("job", misfire_window=999.0))
    engine.edit(lambda editor: editor.schedule("job", Periodic(30)))
    assert engine.service("job")["misfire_window"] == 999


@pytest.mark.parametrize(
    ("edit", "code", "text"),
    [
        (("schedule", "dae", Periodic(1)), "daemon", "Dae is a daemon: it has no schedule"),
        (("schedule", "job", Periodic(61)), "bad_schedule", "period"),
        (("values", "nix", {"priority": 1}), "unknown_service", "no service 'nix' is switched on here"),
        (("values", "job", {"parallel": 2}), "parallel_with_groups", "Job has run groups (g)"),
        (("values", "job", {"priority": 11}), "bad_value", "priority: expected 0 (first) to 10, got 11"),
        (("values", "job", {"roles": ["x"]}), "bad_value", "roles: cannot be changed live"),
        (
            ("values", "job", {"overlap": "x"}),
            "bad_value",
            "overlap: expected queue_one or skip or queue_all",
        ),
    ],
)
@pytest.mark.covers("page", "Allowed Nodes")
def test_a_bad_edit_is_refused_and_changes_nothing(engine: Engine, edit: Any, code: str, text: str) -> None:
    engine.make_service("dae", rule={"kind": "daemon"})
    before = engine.service("job")["revision"]
    what, name, value = edit

    def act(editor: Editor) -> None:
        editor.schedule(name, value) if what == "schedule" else editor.values(name, **value)

    with pytest.raises(EditRefused) as caught:
        engine.edit(act)
    assert caught.value.code == code
    assert text in str(caught.value)
    assert (engine.service("job")["revision"], entries()) == (before, [])


@pytest.mark.parametrize("stop", ["disable", "pause", "maintenance"])
def test_what_was_granted_and_not_begun_does_not_start_and_frees_its_groups(
    engine: Engine, stop: str
) -> None:
    engine.clock.advance(60)
    (run_id,) = engine.tick(grant=True).queued
    fence = engine.run(run_id)["fence"]
    engine.edit(
        lambda editor: editor.maintenance(True) if stop == "maintenance" else getattr(editor, stop)("job")
    )
    assert engine.claim(run_id, fence=fence) is None
    assert engine.held() == {}
    expected = ("skipped", "disabled") if stop == "disable" else ("queued", None)
    assert (engine.state(run_id), engine.run(run_id)["reason"]) == expected


def test_a_failed_occurrence_of_a_service_disabled_meanwhile_is_not_tried_again(engine: Engine) -> None:
    engine.clock.advance(60)
    (run_id,) = engine.tick(grant=True).queued
    run = engine.claim(run_id)
    assert run is not None
    engine.edit(lambda editor: editor.disable("job"))
    engine.end(run, "failed", retries=3)
    engine.clock.advance(60)
    engine.sweep()
    assert (engine.state(run_id), engine.held()) == ("skipped", {})


def test_a_paused_service_holds_nobody_up_and_goes_on_when_resumed(engine: Engine) -> None:
    engine.make_service("other", run_groups=["g"])
    holder = engine.start("other")
    waits = engine.request("job")
    engine.edit(lambda editor: editor.pause("job"))
    engine.clock.advance(300)
    later = engine.request("other", args={"n": 1})
    engine.end(holder)
    assert engine.states(waits, later) == ["queued", "granted"]
    engine.cancel(later)
    engine.edit(lambda editor: editor.resume("job"))
    assert engine.state(waits) == "granted"
