"""Does the beat tick on the minute, whatever is away?"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from coordinator.grants import RunMessage, grant_pass
from schedules.beat import Beat, StoredSpec
from store import database
from store.errors import DatabaseAway
from tests.support.engine import Engine, periodic
from tests.support.told import Told
from tests.support.until import until


@pytest.fixture
def published() -> Told:
    return Told()


@pytest.fixture
def beat(sqlite_engine: Engine, published: Told) -> Beat:
    engine = sqlite_engine
    engine.make_service("job", rule=periodic(1))
    engine.make_service("stranger", rule=periodic(1))
    engine.make_node()

    def grant(tx: Any, runs: Sequence[int]) -> list[RunMessage]:
        return grant_pass(tx, engine.rules, engine.clock.now(), runs=runs, last=True).messages

    actors = [SimpleNamespace(options={"periodic": StoredSpec("job")})]
    return Beat(actors, zone=engine.zone, clock=engine.clock, grant=grant, write=published.write)


def test_a_tick_writes_what_is_due_grants_it_and_then_tells_the_workers(
    sqlite_engine: Engine, beat: Beat, published: Told
) -> None:
    sqlite_engine.clock.advance(60)
    assert beat.schedule() is True
    assert [(message.service, sqlite_engine.state(message.run_id)) for message in published] == [
        ("job", "granted")
    ]


def test_only_the_services_of_its_actors_are_planned(sqlite_engine: Engine, beat: Beat) -> None:
    sqlite_engine.clock.advance(60)
    beat.schedule()
    assert sqlite_engine.rows("SELECT service FROM run") == [("job",)]


@pytest.mark.parametrize(("past", "wait"), [(0.0, 60.0), (0.5, 59.5), (59.0, 1.0), (61.0, 59.0)])
def test_it_wakes_on_the_next_full_minute(
    sqlite_engine: Engine, beat: Beat, past: float, wait: float
) -> None:
    sqlite_engine.clock.advance(past)
    now = sqlite_engine.clock.now()
    assert beat.next_minute() - now == pytest.approx(wait)


def test_without_services_it_wakes_all_the_same(sqlite_engine: Engine) -> None:
    beat = Beat(
        [], zone=sqlite_engine.zone, clock=sqlite_engine.clock, grant=lambda *_: [], write=Told().write
    )
    assert beat.schedule() is True
    assert beat.next_minute() > sqlite_engine.clock.now()


def test_an_outage_is_told_once_and_costs_no_planned_time(
    sqlite_engine: Engine, beat: Beat, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)

    def away(*_: object, **__: object) -> None:
        raise DatabaseAway("database cannot be reached: gone")

    with monkeypatch.context() as patched:
        patched.setattr(database, "write", away)
        for _ in range(3):
            sqlite_engine.clock.advance(60)
            assert beat.schedule() is False
    assert beat.schedule() is True
    assert caplog.messages == [
        "the beat waits for the database: database cannot be reached: gone",
        "the beat goes on: the database is back",
    ]
    assert sqlite_engine.value("SELECT SUM(planned_count) FROM run") == 3


def test_a_beat_that_is_told_to_stop_stops(beat: Beat) -> None:
    beat.stop()
    beat.loop()


@pytest.mark.parametrize("jump", [3600.0, -3600.0])
def test_a_clock_that_is_set_while_it_waits_is_noticed_before_the_minute_is_over(
    sqlite_engine: Engine, beat: Beat, jump: float
) -> None:
    looped = threading.Thread(target=beat.loop)
    looped.start()
    try:
        until(lambda: ticked(sqlite_engine) is not None, "the first tick", seconds=10)
        sqlite_engine.clock.jump(jump)
        until(lambda: ticked(sqlite_engine) == sqlite_engine.clock.now(), "a tick by the new time", seconds=9)
    finally:
        beat.stop()
        looped.join()
    assert sqlite_engine.value("SELECT COALESCE(SUM(planned_count), 0) FROM run") == (60 if jump > 0 else 0)


def ticked(engine: Engine) -> float | None:
    """When the beat ticked last, by its own word."""
    found = engine.rows("SELECT value FROM setting WHERE name = 'beat'")
    return json.loads(found[0][0])["at"] if found else None


def ahead(beat: Beat, engine: Engine) -> None:
    """As the loop does: it looks at the minute before it begins."""
    beat.look_ahead(int(beat.next_minute()))
    engine.clock.advance(60)


def test_what_was_seen_before_the_minute_is_written_in_it(sqlite_engine: Engine, beat: Beat) -> None:
    ahead(beat, sqlite_engine)
    assert sqlite_engine.value("SELECT COUNT(*) FROM run") == 0
    beat.schedule()
    assert sqlite_engine.rows("SELECT service, state FROM run") == [("job", "granted")]


def test_an_edit_after_the_look_ahead_counts(sqlite_engine: Engine, beat: Beat) -> None:
    beat.look_ahead(int(beat.next_minute()))
    sqlite_engine.edit(lambda editor: editor.disable("job"))
    sqlite_engine.clock.advance(60)
    beat.schedule()
    assert sqlite_engine.value("SELECT COUNT(*) FROM run") == 0


def test_a_minute_that_another_beat_wrote_after_the_look_ahead_is_not_written_twice(
    sqlite_engine: Engine, beat: Beat
) -> None:
    ahead(beat, sqlite_engine)
    sqlite_engine.tick()
    beat.schedule()
    assert sqlite_engine.value("SELECT SUM(planned_count) FROM run WHERE service = 'job'") == 1


def test_a_look_ahead_at_another_minute_is_not_used(sqlite_engine: Engine, beat: Beat) -> None:
    ahead(beat, sqlite_engine)
    sqlite_engine.clock.advance(60)
    beat.schedule()
    assert sqlite_engine.value("SELECT SUM(planned_count) FROM run") == 2


def test_an_outage_during_the_look_ahead_costs_nothing(
    sqlite_engine: Engine, beat: Beat, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise DatabaseAway("database cannot be reached: gone")

    with monkeypatch.context() as patched:
        patched.setattr(database, "read", away)
        beat.look_ahead(int(beat.next_minute()))
    sqlite_engine.clock.advance(60)
    beat.schedule()
    assert sqlite_engine.value("SELECT SUM(planned_count) FROM run") == 1
