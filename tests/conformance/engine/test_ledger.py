"""Does every planned time end in exactly one recorded outcome?"""

from __future__ import annotations

from typing import Any

import pytest

from domain.time.rule import Periodic
from store import node
from tests.support.engine import START, Engine, periodic

MINUTE = 60


def outcomes(engine: Engine, name: str = "job", for_node: str = "") -> list[tuple[Any, ...]]:
    """(minutes after the start, state, reason, how many) in order."""
    rows = engine.rows(
        """SELECT planned_at, state, reason, planned_count FROM run
           WHERE service = ? AND for_node = ? AND planned_at IS NOT NULL ORDER BY planned_at""",
        name,
        for_node,
    )
    return [((row[0] - START) / MINUTE, *row[1:]) for row in rows]


def minutes(engine: Engine, count: float) -> None:
    engine.clock.advance(count * MINUTE)


def test_a_planned_time_is_recorded_when_it_comes_and_once(engine: Engine) -> None:
    engine.make_service("job", rule=periodic(5, 2))
    for _ in range(8):
        minutes(engine, 1)
        engine.tick()
        engine.tick()
    assert outcomes(engine) == [(2, "queued", None, 1), (7, "merged", None, 1)]


def test_an_occurrence_that_waits_takes_the_later_ones_into_it(engine: Engine) -> None:
    engine.make_service("job", rule=periodic(1))
    minutes(engine, 1)
    (first,) = engine.tick().queued
    minutes(engine, 1)
    assert engine.tick().queued == []
    assert engine.rows("SELECT state, merged_into FROM run WHERE id > ?", first) == [("merged", first)]
    assert engine.tallies("job", "occurrences") == {"merged": 1}


def test_while_one_runs_the_next_waits_and_no_more_than_one(engine: Engine) -> None:
    engine.make_service("job", rule=periodic(1))
    engine.make_node()
    minutes(engine, 1)
    (first,) = engine.tick(grant=True).queued
    engine.claim(first)
    for _ in range(2):
        minutes(engine, 1)
        engine.tick(grant=True)
    assert [row[1] for row in outcomes(engine)] == ["running", "queued", "merged"]


@pytest.mark.parametrize(
    ("overlap", "states"),
    [
        ("skip", ["running", "skipped", "skipped"]),
        ("queue_all", ["running", "queued", "queued"]),
    ],
)
def test_the_overlap_rule_decides_on_those_that_come_while_one_runs(
    engine: Engine, overlap: str, states: list[str]
) -> None:
    engine.make_service("job", rule=periodic(1), overlap=overlap)
    engine.make_node()
    minutes(engine, 1)
    (first,) = engine.tick(grant=True).queued
    engine.claim(first)
    for _ in range(2):
        minutes(engine, 1)
        engine.tick(grant=True)
    assert [row[1] for row in outcomes(engine)] == states


@pytest.mark.parametrize(
    ("misfire", "overlap", "expected"),
    [
        ("once", "queue_one", ["merged", "merged", "catch_up"]),
        ("once", "queue_all", ["merged", "merged", "catch_up"]),
        ("once", "skip", ["merged", "merged", "catch_up"]),
        ("skip", "queue_one", ["skipped", "skipped", "skipped"]),
        ("all", "queue_all", ["catch_up", "catch_up", "catch_up"]),
        ("all", "queue_one", ["catch_up", "merged", "merged"]),
        ("all", "skip", ["catch_up", "skipped", "skipped"]),
    ],
)
def test_what_becomes_of_three_times_that_a_late_beat_finds(
    engine: Engine, misfire: str, overlap: str, expected: list[str]
) -> None:
    engine.make_service("job", rule=periodic(5), misfire=misfire, overlap=overlap, misfire_window=900.0)
    minutes(engine, 16.5)
    engine.tick()
    rows = engine.rows("SELECT trigger, state, merged_into FROM run ORDER BY planned_at")
    found = [row[0] if row[1] == "queued" else row[1] for row in rows]
    assert found == expected
    queued = [row[0] for row in engine.rows("SELECT id FROM run WHERE state = 'queued'")]
    assert {row[2] for row in rows if row[1] == "merged"} <= set(queued)


@pytest.mark.parametrize("overlap", ["skip", "queue_all"])
def test_late_ones_are_not_merged_into_what_was_skipped_or_waited_before(
    engine: Engine, overlap: str
) -> None:
    engine.make_service("job", rule=periodic(5), overlap=overlap, misfire_window=900.0)
    minutes(engine, 5)
    (first,) = engine.tick().queued
    minutes(engine, 11.5)
    engine.tick()
    (late, latest) = engine.rows(
        "SELECT state, merged_into, id FROM run WHERE id <> ? ORDER BY planned_at", first
    )
    if overlap == "skip":
        assert (late[0], latest[0]) == ("skipped", "skipped")
    else:
        assert (late[:2], latest[0]) == (("merged", latest[2]), "queued")


def test_what_is_older_than_the_window_is_one_record_with_range_and_count(engine: Engine) -> None:
    engine.make_service("job", rule=periodic(1), misfire_window=60.0)
    engine.clock.jump(24 * 3600)
    engine.tick()
    found = outcomes(engine)
    assert found[0] == (1, "missed", "older than the misfire window", 1437)
    assert engine.value("SELECT planned_until FROM run WHERE state = 'missed'") == START + 1437 * MINUTE
    assert [row[1] for row in found[1:]] == ["merged", "merged", "queued"]
    assert engine.tallies("job", "occurrences")["missed"] == 1437


def test_a_clock_that_steps_back_creates_nothing_again(engine: Engine) -> None:
    engine.make_service("job", rule=periodic(1))
    minutes(engine, 3)
    engine.tick()
    before = outcomes(engine)
    engine.clock.jump(-2 * MINUTE)
    engine.tick()
    assert outcomes(engine) == before
    minutes(engine, 3)
    engine.tick()
    assert [row[0] for row in outcomes(engine)] == [1, 2, 3, 4]


def test_paused_time_is_skipped_also_when_the_pause_ended_before_the_tick(engine: Engine) -> None:
    engine.make_service("job", rule=periodic(1), misfire_window=3600.0)
    minutes(engine, 1)
    engine.edit(lambda editor: editor.pause("job"))
    minutes(engine, 3.5)
    engine.edit(lambda editor: editor.resume("job"))
    minutes(engine, 1)
    engine.tick()
    assert outcomes(engine) == [(1, "queued", None, 1), (2, "skipped", "paused", 3), (5, "merged", None, 1)]


def test_a_pause_with_an_end_ends_by_itself_also_before_the_tick(engine: Engine) -> None:
    engine.make_service("job", rule=periodic(1), misfire_window=3600.0)
    engine.edit(lambda editor: editor.pause("job", START + 2.5 * MINUTE))
    minutes(engine, 4)
    engine.tick()
    assert outcomes(engine) == [(1, "skipped", "paused", 2), (3, "merged", None, 1), (4, "queued", None, 1)]


def test_a_second_pause_does_not_forget_the_first(engine: Engine) -> None:
    engine.make_service("job", rule=periodic(1), misfire_window=3600.0)
    engine.edit(lambda editor: editor.pause("job", START + 1.5 * MINUTE))
    minutes(engine, 3.5)
    assert engine.edit(lambda editor: editor.pause("job")) is True
    minutes(engine, 1)
    engine.tick()
    assert [(row[0], row[1]) for row in outcomes(engine)] == [
        (1, "skipped"), (2, "merged"), (3, "queued"), (4, "skipped"),
    ]  # fmt: skip


def test_maintenance_is_skipped_for_all(engine: Engine) -> None:
    engine.make_service("job", rule=periodic(1))
    engine.make_service("other", rule=periodic(2))
    engine.edit(lambda editor: editor.maintenance(True))
    minutes(engine, 2.5)
    engine.edit(lambda editor: editor.maintenance(False))
    minutes(engine, 1)
    engine.tick()
    assert outcomes(engine) == [(1, "skipped", "maintenance", 2), (3, "queued", None, 1)]
    assert outcomes(engine, "other") == [(2, "skipped", "maintenance", 1)]


def test_time_disabled_has_no_planned_times(engine: Engine) -> None:
    engine.make_service("job", rule=periodic(1))
    minutes(engine, 1.5)
    engine.edit(lambda editor: editor.disable("job"))
    minutes(engine, 3)
    engine.tick()
    minutes(engine, 1)
    engine.edit(lambda editor: editor.enable("job"))
    minutes(engine, 1)
    engine.tick()
    assert outcomes(engine) == [(1, "skipped", "disabled", 1), (6, "queued", None, 1)]


def test_the_old_rule_holds_up_to_the_edit_and_what_waits_survives_it(engine: Engine) -> None:
    engine.make_service("job", rule=periodic(5), misfire="all", overlap="queue_all", misfire_window=3600.0)
    minutes(engine, 11)
    engine.edit(lambda editor: editor.schedule("job", Periodic(2)))
    minutes(engine, 2)
    engine.tick()
    assert [(row[0], row[1]) for row in outcomes(engine)] == [(5, "queued"), (10, "queued"), (12, "queued")]


def test_an_edit_of_one_service_moves_no_other(engine: Engine) -> None:
    engine.make_service("job", rule=periodic(5))
    engine.make_service("other", rule=periodic(5))
    minutes(engine, 6)
    engine.edit(lambda editor: editor.schedule("job", Periodic(3)))
    assert outcomes(engine, "other") == []
    engine.tick()
    assert [row[0] for row in outcomes(engine, "other")] == [5]


def test_each_node_that_has_not_left_owes_its_occurrence(engine: Engine) -> None:
    engine.make_service("each", rule=periodic(1), instances="each", roles=["calc"])
    for name, state in (("up", "up"), ("drains", "draining"), ("lost", "lost"), ("left", "left")):
        engine.make_node(name, roles="calc")
        engine.write(lambda tx, name=name, state=state: node.set_state(tx, name, state, 1.0))  # type: ignore[misc]
    engine.make_node("other", roles="master")
    minutes(engine, 1)
    engine.tick()
    rows = engine.rows("SELECT for_node, state FROM run ORDER BY for_node")
    assert rows == [("drains", "queued"), ("lost", "queued"), ("up", "queued")]


def test_one_nodes_occurrences_are_not_merged_into_anothers(engine: Engine) -> None:
    engine.make_service("each", rule=periodic(1), instances="each")
    engine.make_node("n1")
    engine.make_node("n2")
    minutes(engine, 1)
    first = dict(zip(("n1", "n2"), engine.tick().queued, strict=True))
    engine.claim(first["n1"])
    engine.look()
    engine.claim(first["n1"])
    minutes(engine, 1)
    engine.tick()
    assert [row[1] for row in outcomes(engine, "each", "n1")] == ["running", "queued"]
    assert [row[1] for row in outcomes(engine, "each", "n2")] == ["granted", "queued"]


def test_a_service_that_is_not_configured_is_not_planned(engine: Engine) -> None:
    engine.make_service("job", rule=periodic(1), missing="rating.url")
    minutes(engine, 5)
    engine.tick()
    engine.make_service("job", rule=periodic(1))
    minutes(engine, 1)
    engine.tick()
    assert [row[0] for row in outcomes(engine)] == [6]


def test_a_schedule_changed_in_the_file_holds_from_the_next_start_on(engine: Engine) -> None:
    engine.make_service("job", rule=periodic(5), misfire="all", overlap="queue_all", misfire_window=3600.0)
    minutes(engine, 11)
    engine.make_service("job", rule=periodic(2), misfire="all", overlap="queue_all", misfire_window=3600.0)
    minutes(engine, 2)
    engine.tick()
    assert [row[0] for row in outcomes(engine)] == [5, 10, 12]


def test_a_service_enabled_in_the_file_owes_nothing_for_the_time_before(engine: Engine) -> None:
    engine.make_service("job", rule=periodic(5), enabled=False)
    minutes(engine, 11)
    engine.make_service("job", rule=periodic(5))
    minutes(engine, 5)
    engine.tick()
    assert [row[0] for row in outcomes(engine)] == [15]


def test_a_node_that_joins_owes_nothing_for_the_time_before(engine: Engine) -> None:
    engine.make_service("each", rule=periodic(5), instances="each")
    minutes(engine, 11)
    engine.sync()
    engine.make_node("n1")
    minutes(engine, 5)
    engine.tick()
    assert [row[0] for row in outcomes(engine, "each", "n1")] == [15]
