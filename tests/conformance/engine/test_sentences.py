"""Does every waiting run say truly why it waits?"""

from __future__ import annotations

from datetime import datetime

import pytest

from domain.time.spoken import span
from store import node
from tests.support.engine import Engine, periodic


@pytest.fixture(autouse=True)
def a_site(engine: Engine) -> None:
    engine.make_service("files_collector", run_groups=["stats_processing", "x"])
    engine.make_service("calculator", run_groups=["stats_processing"])
    engine.make_service("plain", parallel=99)
    engine.make_node("n1", slots=8)


def test_a_held_group_names_the_holder_since_when_and_how_many_are_ahead(engine: Engine) -> None:
    engine.start("files_collector")
    waits = [engine.request("calculator", args={"n": n}) for n in range(3)]
    engine.clock.advance(42)
    assert [engine.sentence(run_id) for run_id in waits] == [
        "waits for group stats_processing, held by Files Collector on n1 for 42 s",
        "waits for group stats_processing, held by Files Collector on n1 for 42 s; 1 ahead",
        "waits for group stats_processing, held by Files Collector on n1 for 42 s; 2 ahead",
    ]


def test_a_kept_group_names_for_whom(engine: Engine) -> None:
    engine.make_service("x_only", run_groups=["x"])
    engine.start("calculator")
    engine.request("files_collector")
    engine.clock.advance(75)
    assert engine.sentence(engine.request("x_only")) == (
        "waits for group x, kept for Files Collector, which has waited 75 s; 1 ahead"
    )


def test_busy_slots_are_counted(engine: Engine) -> None:
    for n in range(8):
        engine.start("plain", args={"n": n})
    waits = [engine.request("plain", args={"m": n}) for n in range(2)]
    assert [engine.sentence(run_id) for run_id in waits] == [
        "all 8 slots of master are busy",
        "all 8 slots of master are busy; 1 ahead",
    ]


def test_one_busy_slot_is_the_only_one(engine: Engine) -> None:
    engine.make_service("calc", roles=["calculation"], parallel=2)
    engine.make_node("n2", roles="calculation", slots=1)
    engine.start("calc")
    assert engine.sentence(engine.request("calc", args={"n": 1})) == "the only slot of calculation is busy"


def test_a_missing_node_is_named_by_its_role(engine: Engine) -> None:
    engine.make_service("calc", roles=["calculation"])
    assert engine.sentence(engine.request("calc")) == "no node with role calculation is up"
    engine.make_service("both", roles=["calculation", "reporting"])
    assert engine.sentence(engine.request("both")) == "no node with role calculation or reporting is up"


def test_a_run_of_one_node_that_is_away_names_the_node(engine: Engine) -> None:
    engine.make_node("n2")
    engine.write(lambda tx: node.set_state(tx, "n2", "lost", 1.0))
    assert engine.sentence(engine.request("plain", node="n2")) == "node n2 is not up"


def test_a_node_without_the_service_is_no_node(engine: Engine) -> None:
    engine.install(["other"])
    assert engine.sentence(engine.request("plain")) == "no node that is up has service plain installed"


def test_a_retry_says_when(engine: Engine) -> None:
    engine.clock.advance(4 * 60 + 50)  # 08:04:50, so the next try is at 08:05:05
    run = engine.start("plain")
    engine.end(run, "failed", retries=1)
    assert engine.sentence(run.run_id) == "not before 08:05 (next try)"
    assert datetime.fromtimestamp(engine.run(run.run_id)["not_before"], engine.zone).second == 5


def test_the_limit_of_parallel_runs_is_named(engine: Engine) -> None:
    engine.make_service("two", parallel=2)
    engine.make_service("one")
    engine.make_service("each", instances="each")
    for name in ("two", "two", "one", "each"):
        engine.start(name, args={"n": engine.value("SELECT COUNT(*) FROM run")})
    assert [engine.sentence(engine.request(name)) for name in ("two", "one", "each")] == [
        "at most 2 runs of it at once: the earlier one has not ended",
        "at most one run of it at once: the earlier one has not ended",
        "at most one run of it at once on n1: the earlier one has not ended",
    ]


def test_pause_maintenance_and_disabling_are_named(engine: Engine) -> None:
    engine.make_service("tidy", rule=periodic(1))
    engine.clock.advance(60)
    (occurrence,) = engine.tick().queued
    engine.edit(lambda editor: editor.pause("plain"))
    paused = engine.request("plain")
    assert engine.sentence(paused) == "its service is paused"
    engine.edit(lambda editor: editor.maintenance(True))
    waits = engine.request("calculator")
    assert engine.sentence(waits) == "maintenance is on: nothing starts"
    engine.edit(lambda editor: editor.maintenance(False))
    assert engine.state(waits) == "granted"
    engine.write(lambda tx: tx.run("UPDATE run SET state = 'queued', node = NULL, fence = NULL"))
    engine.make_service("tidy", rule=periodic(1), enabled=False)
    assert engine.sentence(occurrence) == (
        "its service was disabled: it is skipped at the next look of the coordinator"
    )


def test_one_who_may_start_says_so(engine: Engine) -> None:
    run = engine.start("calculator")
    waits = engine.request("calculator", args={"n": 1})
    engine.write(lambda tx: tx.run("UPDATE run SET state = 'lost', ended_at = 1 WHERE id = ?", (run.run_id,)))
    engine.write(lambda tx: tx.run("DELETE FROM membership WHERE run_id = ?", (run.run_id,)))
    assert engine.sentence(waits) == "starts at the next look of the coordinator"


def test_the_stored_reason_changes_with_the_cause_and_keeps_its_beginning(engine: Engine) -> None:
    run = engine.start("files_collector")
    engine.clock.advance(1)
    waits = engine.request("calculator")
    since = engine.clock.now()
    engine.clock.advance(5)
    engine.sweep()
    row = engine.run(waits)
    assert (row["wait_code"], row["wait_group"], row["wait_holder"], row["wait_since"]) == (
        "group", "stats_processing", run.run_id, since,
    )  # fmt: skip
    engine.edit(lambda editor: editor.maintenance(True))
    row = engine.run(waits)
    assert (row["wait_code"], row["wait_group"], row["wait_since"]) == (
        "maintenance",
        None,
        engine.clock.now(),
    )
    engine.edit(lambda editor: editor.maintenance(False))
    engine.end(run)
    assert (engine.state(waits), engine.run(waits)["wait_code"]) == ("granted", None)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-1, "0 s"),
        (119.9, "119 s"),
        (120, "2 min"),
        (7199, "119 min"),
        (12_000, "3 h 20 min"),
        (172_800, "2 d"),
    ],
)
def test_a_span_is_told_in_few_words(seconds: float, text: str) -> None:
    assert span(seconds) == text
